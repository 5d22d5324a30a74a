using HybridReplica.Core;

namespace HybridReplica.Cli.Inspect;

/// <summary>Commands for streams (<c>rewriteStreamObject</c>, 7.0.15): what their version has to say.</summary>
/// <remarks>
/// As when an AOF is rewritten, the times at which consumers were seen are those of the rebuilding, and what is pending
/// although it was deleted from the stream is let go of by the server.
/// </remarks>
/// <param name="output">Where the commands go.</param>
/// <param name="batch">What gathers the fields of an entry.</param>
sealed class RespStreams(OutputBuffer output, RespBatch batch)
{
    readonly RespGroups _groups = new(output, batch);
    StreamId _entry;
    int _words;
    bool _isEmpty;
    StreamId _last;
    StreamId? _maximumDeleted;
    long? _added;
    bool _isSet;

    /// <summary>Whether there were producers whose names for entries no command can tell the server.</summary>
    public bool HasLostProducers => _groups.HasLostProducers;

    /// <summary>Begins an entry of the RDB.</summary>
    public void Begin(RdbEvent entry)
    {
        batch.Begin("XADD"u8, entry.Text);
        _groups.Begin(entry);
        _words = 0;
        _isEmpty = true;
        _maximumDeleted = null;
        _added = null;
        _isSet = false;
    }

    /// <summary>Adds something of its value.</summary>
    public void Add(RdbEvent found)
    {
        switch (found.Kind)
        {
            case RdbTokenKind.StreamEntry:
                FlushEntry();
                _entry = found.Id;
                break;
            case RdbTokenKind.StreamField:
            case RdbTokenKind.StreamValue:
                batch.Words.AddText(found);
                if (found.IsLast)
                    _words++;
                break;
            case RdbTokenKind.StreamLength:
                FlushEntry();
                break;
            case RdbTokenKind.StreamLastId:
                _last = found.Id;
                break;
            case RdbTokenKind.StreamFirstId:
                break;
            case RdbTokenKind.StreamMaximumDeletedId:
                _maximumDeleted = found.Id;
                break;
            case RdbTokenKind.StreamEntriesAdded:
                _added = found.Number;
                break;
            default:
                WriteItself();
                _groups.Add(found);
                break;
        }
    }

    /// <summary>Ends the entry of the RDB.</summary>
    public void End()
    {
        WriteItself();
        _groups.End();
    }

    void FlushEntry()
    {
        if (_words == 0)
            return;

        batch.BeginCommand(_words + 1);
        output.AddIdWord(_entry);
        output.AddLarge(batch.Words.Written.Span);
        batch.Words.CutTo(0);
        _words = 0;
        _isEmpty = false;
    }

    // What it says of itself. A stream without entries is made by adding one, and keeping none.
    void WriteItself()
    {
        if (_isSet)
            return;

        _isSet = true;
        if (_isEmpty)
        {
            batch.BeginCommand(5);
            output.AddWord("MAXLEN"u8);
            output.AddNumberWord(0);
            output.AddWord("0-1"u8);
            output.AddWord("x"u8);
            output.AddWord("y"u8);
        }

        output.AddHead(3 + (_added is null ? 0 : 2) + (_maximumDeleted is null ? 0 : 2));
        output.AddWord("XSETID"u8);
        output.Add(batch.Key);
        output.AddIdWord(_last);
        if (_added is { } added)
        {
            output.AddWord("ENTRIESADDED"u8);
            output.AddNumberWord(added);
        }

        if (_maximumDeleted is { } deleted)
        {
            output.AddWord("MAXDELETEDID"u8);
            output.AddIdWord(deleted);
        }
    }
}
