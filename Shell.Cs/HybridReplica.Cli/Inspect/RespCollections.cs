using HybridReplica.Core;

namespace HybridReplica.Cli.Inspect;

/// <summary>Commands for strings, lists, sets, sorted sets and hashes.</summary>
/// <remarks>
/// A large text gets a command of its own, which is written as it comes: how long it will be is known. Only fields
/// and members of sorted sets are held as a whole: something else stands in front of them, or names them once more.
/// </remarks>
/// <param name="output">Where the commands go.</param>
/// <param name="batch">What gathers elements.</param>
sealed class RespCollections(OutputBuffer output, RespBatch batch)
{
    const int Large = 64 << 10;

    readonly RespName _name = new();

    /// <summary>Begins an entry.</summary>
    public void Begin(RdbEvent entry)
    {
        var name = entry.ValueType!.Kind switch
        {
            RdbKind.String => "SET"u8,
            RdbKind.List => "RPUSH"u8,
            RdbKind.Set => "SADD"u8,
            RdbKind.SortedSet => "ZADD"u8,
            _ => "HSET"u8,
        };
        batch.Begin(name, entry.Text);
    }

    /// <summary>Adds something of its value.</summary>
    public void Add(RdbEvent found)
    {
        switch (found.Kind)
        {
            case RdbTokenKind.String:
            case RdbTokenKind.Element:
                AddElement(found);
                break;
            case RdbTokenKind.Field:
            case RdbTokenKind.Member:
                _name.Add(found);
                break;
            case RdbTokenKind.FieldValue:
                AddFieldValue(found);
                break;
            case RdbTokenKind.FieldExpiry:
                AddFieldExpiry(found.Number);
                break;
            case RdbTokenKind.Score:
                AddScored(found.Score);
                break;
        }
    }

    void AddElement(RdbEvent found)
    {
        if (IsSmall(found))
        {
            batch.Words.AddText(found);
            batch.EndElement(words: 1);
            return;
        }

        if (found.IsFirst)
        {
            batch.Flush();
            batch.BeginCommand(words: 1);
        }

        output.AddText(found);
    }

    void AddFieldValue(RdbEvent found)
    {
        if (IsSmall(found) && !_name.IsLarge)
        {
            _name.CopyTo(batch.Words);
            batch.Words.AddText(found);
            batch.EndElement(words: 2);
            return;
        }

        if (found.IsFirst)
        {
            batch.Flush();
            batch.BeginCommand(words: 2);
            _name.CopyTo(output);
        }

        output.AddText(found);
    }

    // The hash has to have the field before it can expire. One with a large name it has already.
    void AddFieldExpiry(long expiry)
    {
        var behind = _name.IsLarge ? output : batch.Behind;
        behind.AddHead(6);
        behind.AddWord("HPEXPIREAT"u8);
        behind.Add(batch.Key);
        behind.AddNumberWord(expiry);
        behind.AddWord("FIELDS"u8);
        behind.AddNumberWord(1);
        _name.CopyTo(behind);
    }

    void AddScored(double score)
    {
        if (_name.IsLarge)
        {
            batch.Flush();
            batch.BeginCommand(words: 2);
            output.AddScoreWord(score);
            _name.CopyTo(output);
            return;
        }

        batch.Words.AddScoreWord(score);
        _name.CopyTo(batch.Words);
        batch.EndElement(words: 2);
    }

    // A large text goes straight to the output, even if it is here as a whole because it was compressed.
    static bool IsSmall(RdbEvent found) =>
        found.IsNumber || (found is { IsFirst: true, IsLast: true, Total: <= Large });
}
