using System.Text;
using HybridReplica.Core;

namespace HybridReplica;

/// <summary>A command in an archive.</summary>
/// <param name="Id">The replication id under which it was received.</param>
/// <param name="Offset">The replication offset in front of it.</param>
/// <param name="EndOffset">The one behind it.</param>
/// <param name="CutOffset">
/// The last one in front of it at which the archive can be cut: that in front of its transaction, if it is in one.
/// </param>
/// <param name="Time">When it was received, or a little before. Null: nothing in the archive says so.</param>
/// <param name="Database">The database that is selected in front of it.</param>
/// <param name="InTransaction">Whether it is in a transaction, or is its MULTI or EXEC.</param>
/// <param name="WordCount">How many words it has, the name included.</param>
/// <param name="Words">The words; of a large command not all of them (<see cref="MostWords"/>).</param>
public sealed record ArchivedCommand(
    ReplicationId Id,
    long Offset,
    long EndOffset,
    long CutOffset,
    DateTimeOffset? Time,
    int Database,
    bool InTransaction,
    long WordCount,
    IReadOnlyList<ArchivedWord> Words
)
{
    /// <summary>How many words of a command are kept.</summary>
    public const int MostWords = 256;

    /// <summary>The name of the command, one character for each byte.</summary>
    public string Name => Words.Count > 0 ? Encoding.Latin1.GetString(Words[0].Bytes.Span) : "";

    // The command that was read last.
    internal static ArchivedCommand Of(CommandReader reader, long? receivedAt)
    {
        var before = reader.Before;
        var scan = reader.Scan;
        var transaction = before.Transaction.IsSome ? before.Transaction : scan.Transaction;
        var words = new ArchivedWord[Math.Min(reader.KnownWords, MostWords)];
        for (var index = 0; index < words.Length; index++)
        {
            var length = reader.WordLength(index);
            words[index] = new(
                reader.Word(index, new byte[Math.Min(length, ArchivedWord.MostBytes)]).ToArray(),
                length
            );
        }

        return new(
            scan.Safe.Id,
            before.Offset.Bytes,
            scan.Offset.Bytes,
            transaction.IsSome ? transaction.Value.Bytes : before.Offset.Bytes,
            receivedAt is { } time ? DateTimeOffset.FromUnixTimeMilliseconds(time) : null,
            before.Database.Value,
            transaction.IsSome,
            scan.Words,
            words
        );
    }
}

/// <summary>A word of a command in an archive.</summary>
/// <param name="Bytes">Its bytes; of a long word only the first <see cref="MostBytes"/> of them.</param>
/// <param name="Length">Its length in bytes.</param>
public readonly record struct ArchivedWord(ReadOnlyMemory<byte> Bytes, long Length)
{
    /// <summary>How many bytes of a word are kept.</summary>
    public const int MostBytes = 4096;
}
