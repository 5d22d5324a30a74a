using HybridReplica.Core;

namespace HybridReplica.Cli.Inspect;

/// <summary>
/// One key on each line, as <see cref="Printable.Escape"/> prints text from the wire: nothing in it acts on a terminal,
/// and every byte can be told from it.
/// </summary>
sealed class KeyLines(OutputBuffer output) : EntryFormat(output)
{
    public override RdbLook Begin(RdbEvent entry)
    {
        var key = entry.Text;
        while (key.IndexOfAnyExcept(PlainBytes.Printable) is >= 0 and var odd)
        {
            Output.Add(key[..odd]);
            WriteEscaped(key[odd]);
            key = key[(odd + 1)..];
        }

        Output.Add(key);
        Output.Add((byte)'\n');
        return RdbLook.Skip;
    }

    void WriteEscaped(byte value)
    {
        switch (value)
        {
            case (byte)'\\':
                Output.Add("\\\\"u8);
                break;
            case (byte)'\r':
                Output.Add("\\r"u8);
                break;
            case (byte)'\n':
                Output.Add("\\n"u8);
                break;
            default:
                Output.AddHexadecimal(value);
                break;
        }
    }
}
