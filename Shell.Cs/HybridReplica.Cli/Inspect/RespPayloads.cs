using HybridReplica.Core;

namespace HybridReplica.Cli.Inspect;

/// <summary>Values that no command can build, given back as they are in the RDB: RESTORE.</summary>
/// <remarks>How long such a value is stands in front of it, so it has to be in memory as a whole.</remarks>
/// <param name="output">Where the commands go.</param>
sealed class RespPayloads(OutputBuffer output)
{
    readonly OutputBuffer _key = new();
    readonly OutputBuffer _value = new();

    /// <summary>Begins an entry.</summary>
    public void Begin(RdbEvent entry)
    {
        _key.CutTo(0);
        _key.AddWord(entry.Text);
        _value.CutTo(0);
    }

    /// <summary>Adds bytes of its value.</summary>
    public void Add(RdbEvent found) => _value.Add(found.Text);

    /// <summary>Ends the entry.</summary>
    public void End(RdbEvent entry)
    {
        var payload = DumpPayload.Of(entry.ValueType!, entry.Version, _value.Written.Span);
        output.AddHead(entry.Expiry is null ? 4 : 5);
        output.AddWord("RESTORE"u8);
        output.Add(_key.Written.Span);
        output.AddNumberWord(entry.Expiry ?? 0);
        output.AddWord(payload);
        if (entry.Expiry is not null)
            output.AddWord("ABSTTL"u8);
    }
}
