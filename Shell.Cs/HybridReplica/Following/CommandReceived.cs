using HybridReplica.Core;

namespace HybridReplica;

/// <summary>A command that changes data, or that the master wants its replicas to have for other reasons.</summary>
/// <remarks>
/// SELECT, PING and REPLCONF are not among them: the database and the position of the commands hold what they say.
/// MULTI and EXEC are <see cref="TransactionStarted"/> and <see cref="TransactionEnded"/>. The memory is borrowed until
/// the next event is asked for; <see cref="ToOwned"/> keeps it.
/// </remarks>
public sealed class CommandReceived : ReplicaEvent
{
    byte[] _bytes = [];
    int _start;
    ArgumentRange[] _ranges = [];
    int _count;

    internal CommandReceived() { }

    /// <summary>The name, as the master spells it.</summary>
    public ReadOnlyMemory<byte> Name => Word(0);

    /// <summary>How many arguments follow the name.</summary>
    public int ArgumentCount => _count - 1;

    /// <summary>One of the arguments that follow the name.</summary>
    /// <param name="index">Counted from 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are not that many.</exception>
    public ReadOnlyMemory<byte> Argument(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, ArgumentCount);
        return Word(index + 1);
    }

    /// <summary>The database it applies to. Null: unknown, because following began after the last SELECT.</summary>
    public int? Database { get; internal set; }

    /// <summary>
    /// The transaction it belongs to: the offset at which that began, in bytes. Null: none.
    /// </summary>
    public long? Transaction { get; internal set; }

    /// <summary>
    /// The offset behind it, in bytes of the master's history. Unlike <see cref="ReplicaEvent.Position"/> it moves
    /// inside transactions too, and so tells every command of a history from every other.
    /// </summary>
    public long Offset { get; internal set; }

    /// <summary>The same command in memory of its own, to be kept for as long as it is wanted.</summary>
    public CommandReceived ToOwned()
    {
        var ranges = _ranges.AsSpan(0, _count).ToArray();
        var end = _count == 0 ? 0 : ranges[^1].Start + ranges[^1].Length;
        var owned = new CommandReceived
        {
            Position = Position,
            ReceivedAt = ReceivedAt,
            Database = Database,
            Transaction = Transaction,
            Offset = Offset,
        };
        owned.Borrow(_bytes.AsSpan(_start, end).ToArray(), 0, ranges, _count);
        return owned;
    }

    /// <summary>Takes on other words: where the command starts, and where its words are from there.</summary>
    internal void Borrow(byte[] bytes, int start, ArgumentRange[] ranges, int count)
    {
        _bytes = bytes;
        _start = start;
        _ranges = ranges;
        _count = count;
    }

    ReadOnlyMemory<byte> Word(int index)
    {
        var range = _ranges[index];
        return new(_bytes, _start + range.Start, range.Length);
    }
}
