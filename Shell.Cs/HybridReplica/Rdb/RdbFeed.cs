using HybridReplica.Core;
using Microsoft.FSharp.Core;

namespace HybridReplica;

/// <summary>The memory that an RDB is read in: bytes are put in at one end, tokens come out at the other.</summary>
/// <remarks>
/// It grows by doubling, and only as bytes really arrive: an RDB that lies about a length gets no memory for it.
/// </remarks>
sealed class RdbFeed
{
    // More of a key is of no use to whoever reads of it in a message.
    const int KeyLength = 256;

    // More memory than this is kept for one thing, and not for those behind it.
    const int LargestKept = 4 << 20;

    readonly RdbLook _look;
    readonly bool _gathers;
    readonly int _limit;
    readonly int _size;
    readonly byte[] _number = new byte[20];
    readonly byte[] _key = new byte[KeyLength];
    int _keyLength = -1;
    bool _knowsDatabase;
    bool _isCompleted;
    bool _isOver;
    byte[] _window;
    int _filled;
    byte[] _scratch = [];

    /// <summary>How far it was read. A field: a copy for each look at it would cost more than the look.</summary>
    public RdbScan Scan;

    /// <summary>What was found last.</summary>
    public RdbToken Token;

    public RdbFeed(RdbReaderOptions options)
    {
        _look = options.Look;
        _gathers = options.Gathers;
        _limit = options.Limit;
        _size = options.BufferSize;
        _window = GC.AllocateUninitializedArray<byte>(_size);
        Look = _look;
        Scan = RdbScanner.Start(options.PartsAbove, options.Limit);
    }

    /// <summary>How closely the entry is looked at.</summary>
    public RdbLook Look { get; set; }

    /// <summary>The text of the token.</summary>
    public ReadOnlySpan<byte> Text => Token.Text(Filled, _scratch, _number);

    /// <summary>Why it cannot be read further. Null: it can, or it was read to its end.</summary>
    public RdbFault? Fault { get; private set; }

    /// <summary>The version that its head names. Null: the head was not read.</summary>
    public RdbVersion? Version { get; private set; }

    /// <summary>What its checksum says. Null: it was not read to its end.</summary>
    public RdbVerdict? Verdict => _isOver || Fault is { Trouble.IsWrongChecksum: true } ? Scan.Verdict : null;

    /// <summary>How many bytes are here that were not used.</summary>
    public int Unused => _filled - Scan.Used;

    /// <summary>The memory that the bytes are in, in bytes.</summary>
    public int WindowSize => _window.Length;

    ReadOnlySpan<byte> Filled => new(_window, 0, _filled);

    /// <summary>
    /// Reads up to the next token: there is one, or more bytes are needed, or it is finished, or it failed.
    /// </summary>
    public RdbStep Next()
    {
        while (Fault is null)
        {
            switch (RdbScanner.Next(ref Scan, Filled, _scratch, Look, ref Token))
            {
                case RdbStep.Token when _gathers && Begins() && Token.Total > _limit:
                    return Fail(RdbTrouble.NewTooLarge(Token.Total, _limit));
                case RdbStep.Token:
                    Note();
                    return RdbStep.Token;
                case RdbStep.NeedsScratch:
                    _scratch = GC.AllocateUninitializedArray<byte>(ScratchSize());
                    break;
                case RdbStep.NeedsMore when !_isCompleted:
                    return RdbStep.NeedsMore;
                case RdbStep.NeedsMore:
                    RdbScanner.End(ref Scan, Filled);
                    return Fail(Scan.Trouble);
                case RdbStep.Finished:
                    return RdbStep.Finished;
                default:
                    return Fail(Scan.Trouble);
            }
        }

        return RdbStep.Failed;
    }

    // Whether a text begins here that is put together before it is handed out: any but the value of a string.
    bool Begins() => Token is { IsFirst: true, IsLast: false } && Token.Kind != RdbTokenKind.String;

    // Twice as much as before at least, so that texts of growing sizes do not each need memory of their own.
    int ScratchSize() => (int)Math.Max(Scan.Wanted, Math.Min(2L * _scratch.Length, _limit));

    /// <summary>Lets go of what was used, and gives away the room behind the rest. There is always some.</summary>
    public Memory<byte> Room()
    {
        var used = RdbScanner.Release(ref Scan, Filled);
        var rest = _filled - used;
        var size = SizeFor(rest);
        if (size == _window.Length)
        {
            _window.AsSpan(used, rest).CopyTo(_window);
        }
        else
        {
            var window = GC.AllocateUninitializedArray<byte>(size);
            _window.AsSpan(used, rest).CopyTo(window);
            _window = window;
        }

        _filled = rest;
        return _window.AsMemory(rest);
    }

    /// <summary>So many bytes were put into the room.</summary>
    public void Commit(int count) => _filled += count;

    /// <summary>
    /// Puts the token to those of its entry. Null: the entry is not whole with that, nor is a part of it.
    /// </summary>
    public RdbEntry? Gather(ref EntryAssembly assembly)
    {
        (assembly, var entry) = EntryAssembly.Add(assembly, in Scan, in Token, Filled, _scratch);
        return entry.IsSome ? entry.Value : null;
    }

    /// <summary>There are no more bytes.</summary>
    public void Complete() => _isCompleted = true;

    // Twice of what is there at most, and no more than is wanted with something of what is next. What one thing
    // alone needed is given back behind it.
    int SizeFor(int rest)
    {
        if (rest < _window.Length)
            return _window.Length > LargestKept && Math.Max(Scan.Wanted, rest) < _size ? _size : _window.Length;

        var wanted = Math.Max(Scan.Wanted, rest) + _size;
        return (int)Math.Min(Math.Min(wanted, 2L * _window.Length), Array.MaxLength);
    }

    void Note()
    {
        switch (Token.Kind)
        {
            case RdbTokenKind.Started:
                Version = Scan.Version;
                break;
            case RdbTokenKind.Ended:
                _isOver = true;
                break;
            case RdbTokenKind.EntryStarted:
                Look = _look;
                _knowsDatabase = true;
                var key = Text;
                _keyLength = Math.Min(key.Length, KeyLength);
                key[.._keyLength].CopyTo(_key);
                break;
            case RdbTokenKind.EntryEnded:
                _keyLength = -1;
                if (_scratch.Length > LargestKept)
                    _scratch = [];
                break;
            case RdbTokenKind.DatabaseSelected:
                _knowsDatabase = true;
                break;
        }
    }

    RdbStep Fail(RdbTrouble? trouble)
    {
        Fault ??= new(
            trouble ?? throw new InvalidOperationException("The scanner failed, and does not say why."),
            Scan.Offset,
            _knowsDatabase ? FSharpValueOption<int>.NewValueSome(Scan.Database) : default,
            _keyLength < 0 ? default : FSharpValueOption<byte[]>.NewValueSome(_key[.._keyLength]),
            Scan.Entries
        );
        return RdbStep.Failed;
    }
}
