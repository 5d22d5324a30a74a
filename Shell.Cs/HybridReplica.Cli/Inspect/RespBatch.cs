namespace HybridReplica.Cli.Inspect;

/// <summary>
/// Commands that add to a key, a batch of elements at a time: a command says in front how many words it has, so they
/// are gathered before.
/// </summary>
/// <param name="output">Where the commands go.</param>
sealed class RespBatch(OutputBuffer output)
{
    /// <summary>Elements of one command, as when an AOF is rewritten (AOF_REWRITE_ITEMS_PER_CMD, 7.0.15).</summary>
    const int MostElements = 64;

    /// <summary>Bytes after which a batch is written, however few elements they are.</summary>
    const int MostBytes = 64 << 10;

    readonly OutputBuffer _key = new();
    readonly OutputBuffer _name = new();
    int _elements;
    int _words;

    /// <summary>The key as a word.</summary>
    public ReadOnlySpan<byte> Key => _key.Written.Span;

    /// <summary>The words that are gathered.</summary>
    public OutputBuffer Words { get; } = new();

    /// <summary>What is to be done behind the batch: whole commands.</summary>
    public OutputBuffer Behind { get; } = new();

    /// <summary>Whether any command was written for the key.</summary>
    public bool WroteAny { get; private set; }

    /// <summary>Begins a key.</summary>
    /// <param name="name">The command that adds to it.</param>
    /// <param name="key">The key.</param>
    public void Begin(ReadOnlySpan<byte> name, ReadOnlySpan<byte> key)
    {
        Clear();
        Behind.CutTo(0);
        WroteAny = false;
        _name.CutTo(0);
        _name.AddWord(name);
        _key.CutTo(0);
        _key.AddWord(key);
    }

    /// <summary>The words of an element were added.</summary>
    public void EndElement(int words)
    {
        _words += words;
        _elements++;
        if (_elements == MostElements || Words.Length >= MostBytes)
            Flush();
    }

    /// <summary>Writes what is gathered as a command, and then what is to be done behind it.</summary>
    public void Flush()
    {
        if (_elements > 0)
        {
            BeginCommand(_words);
            output.Add(Words.Written.Span);
        }

        Clear();
        output.Add(Behind.Written.Span);
        Behind.CutTo(0);
    }

    /// <summary>Begins a command with the key; so many words follow.</summary>
    public void BeginCommand(int words)
    {
        WroteAny = true;
        output.AddHead(words + 2L);
        output.Add(_name.Written.Span);
        output.Add(Key);
    }

    void Clear()
    {
        Words.CutTo(0);
        _words = 0;
        _elements = 0;
    }
}
