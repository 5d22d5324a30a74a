namespace HybridReplica.Cli;

/// <summary>Writes commands as clients and masters send them: a head, and then word after word.</summary>
static class RespOutput
{
    /// <summary>Begins a command of so many words, its name included.</summary>
    public static void AddHead(this OutputBuffer output, long words)
    {
        output.Add((byte)'*');
        output.AddNumber(words);
        output.Add("\r\n"u8);
    }

    /// <summary>Begins a word of so many bytes. They follow, and then a line end.</summary>
    public static void AddWordHead(this OutputBuffer output, long length)
    {
        output.Add((byte)'$');
        output.AddNumber(length);
        output.Add("\r\n"u8);
    }

    /// <summary>Adds a word.</summary>
    public static void AddWord(this OutputBuffer output, ReadOnlySpan<byte> word)
    {
        output.AddWordHead(word.Length);
        output.Add(word);
        output.Add("\r\n"u8);
    }

    /// <summary>Adds a number as a word.</summary>
    public static void AddNumberWord(this OutputBuffer output, long number)
    {
        const int mostDigits = 20;
        Span<byte> digits = stackalloc byte[mostDigits];
        _ = number.TryFormat(digits, out var length, provider: null);
        output.AddWord(digits[..length]);
    }

    /// <summary>Adds a command that selects a database.</summary>
    public static void AddSelect(this OutputBuffer output, int database)
    {
        output.AddHead(2);
        output.AddWord("SELECT"u8);
        output.AddNumberWord(database);
    }
}
