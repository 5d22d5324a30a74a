using HybridReplica.Core;

namespace HybridReplica.Cli.Inspect;

/// <summary>Values that no command can build, given back as they are in the RDB: RESTORE.</summary>
/// <remarks>How long such a value is stands in front of it, so it has to be in memory as a whole.</remarks>
/// <param name="output">Where the commands go.</param>
sealed class RespPayloads(OutputBuffer output)
{
    readonly OutputBuffer _key = new();
    readonly OutputBuffer _payload = new();
    DumpPayload _checksum;

    /// <summary>Begins an entry.</summary>
    public void Begin(RdbEvent entry)
    {
        var type = (byte)entry.ValueType!.Number;
        _key.CutTo(0);
        _key.AddWord(entry.Text);
        _payload.CutTo(0);
        _payload.Add(type);
        _checksum = DumpPayload.Start(type);
    }

    /// <summary>Adds bytes of its value.</summary>
    public void Add(RdbEvent found)
    {
        _payload.Add(found.Text);
        _checksum = _checksum.Add(found.Text);
    }

    /// <summary>Ends the entry.</summary>
    public void End(RdbEvent entry)
    {
        _checksum.End(entry.Version, _payload.GetSpan(DumpPayload.EndLength));
        _payload.Advance(DumpPayload.EndLength);
        output.AddHead(entry.Expiry is null ? 4 : 5);
        output.AddWord("RESTORE"u8);
        output.Add(_key.Written.Span);
        // Zero would be never, with ABSTTL as well (restoreCommand, 7.0.15).
        output.AddNumberWord(entry.Expiry is { } expiry ? Math.Max(expiry, 1) : 0);
        output.AddWordHead(_payload.Length);
        output.AddLarge(_payload.Written.Span);
        output.Add("\r\n"u8);
        if (entry.Expiry is not null)
            output.AddWord("ABSTTL"u8);
        _payload.CutTo(0);
    }
}
