using HybridReplica.Core;

namespace HybridReplica.Cli.Inspect;

/// <summary>
/// The value of a stream as a JSON object: its entries, what it says of itself, its groups with what is pending, and
/// what it remembers of its producers. What its version of the format does not say has no member.
/// </summary>
sealed class JsonStreams(JsonNest json)
{
    // The object that the value is stands in the line; the arrays in it hold objects of their own.
    const int Value = 2;
    const int Items = 3;
    const int Item = 4;
    const int Lists = 5;
    const int Consumer = 6;

    Section _section;

    enum Section
    {
        Entries,
        Groups,
        Pending,
        Consumers,
        Nacked,
        Idempotence,
        Producers,
    }

    /// <summary>Begins a value.</summary>
    public void Begin()
    {
        _section = Section.Entries;
        json.OpenObject();
        json.Name("entries"u8);
        json.OpenArray();
    }

    /// <summary>Adds something of it.</summary>
    public void Add(RdbEvent found)
    {
        switch (found.Kind)
        {
            case RdbTokenKind.StreamEntry:
                BeginItem(Items);
                WriteId("id"u8, found.Id);
                json.Name("fields"u8);
                json.OpenArray();
                break;
            case RdbTokenKind.StreamField:
                if (found.IsFirst)
                    BeginPair(Lists);
                json.Text(found);
                break;
            case RdbTokenKind.StreamValue:
                if (found.IsFirst)
                    json.Item();
                json.Text(found);
                break;
            case RdbTokenKind.StreamLength:
                json.CloseTo(Value);
                WriteNumber("length"u8, found.Number);
                break;
            case RdbTokenKind.StreamLastId:
                WriteId("lastId"u8, found.Id);
                break;
            case RdbTokenKind.StreamFirstId:
                WriteId("firstId"u8, found.Id);
                break;
            case RdbTokenKind.StreamMaximumDeletedId:
                WriteId("maximumDeletedId"u8, found.Id);
                break;
            case RdbTokenKind.StreamEntriesAdded:
                WriteNumber("entriesAdded"u8, found.Number);
                break;
            default:
                AddGroup(found);
                break;
        }
    }

    void AddGroup(RdbEvent found)
    {
        switch (found.Kind)
        {
            case RdbTokenKind.Group:
                if (found.IsFirst)
                    BeginNamed(Value, Section.Groups, "groups"u8);
                json.Text(found);
                break;
            case RdbTokenKind.GroupLastId:
                WriteId("lastId"u8, found.Id);
                break;
            case RdbTokenKind.GroupEntriesRead:
                WriteNumber("entriesRead"u8, found.Number < 0 ? null : found.Number);
                break;
            case RdbTokenKind.GroupPending:
                Enter(Section.Pending, "pending"u8);
                BeginPair(Lists);
                json.Id(found.Id);
                json.Item();
                json.Number(found.Time);
                json.Item();
                json.Number(found.Count);
                break;
            case RdbTokenKind.Consumer:
                if (found.IsFirst)
                    BeginNamed(Item, Section.Consumers, "consumers"u8);
                json.Text(found);
                break;
            case RdbTokenKind.ConsumerSeen:
                WriteNumber("seen"u8, found.Number);
                break;
            case RdbTokenKind.ConsumerActive:
                WriteNumber("active"u8, found.Number < 0 ? null : found.Number);
                break;
            case RdbTokenKind.ConsumerPending:
                if (json.Depth == Consumer)
                {
                    json.Name("pending"u8);
                    json.OpenArray();
                }

                json.Item();
                json.Id(found.Id);
                break;
            case RdbTokenKind.GroupNacked:
                Enter(Section.Nacked, "nacked"u8);
                json.Item();
                json.Id(found.Id);
                break;
            default:
                AddProducer(found);
                break;
        }
    }

    void AddProducer(RdbEvent found)
    {
        switch (found.Kind)
        {
            case RdbTokenKind.StreamIdempotence:
                json.CloseTo(Value);
                json.Name("idempotence"u8);
                json.OpenObject();
                WriteNumber("duration"u8, found.Number);
                WriteNumber("maximumEntries"u8, found.Second);
                _section = Section.Idempotence;
                break;
            case RdbTokenKind.Producer:
                if (found.IsFirst)
                    BeginNamed(Items, Section.Producers, "producers"u8);
                json.Text(found);
                if (!found.IsLast)
                    break;
                json.Name("entries"u8);
                json.OpenArray();
                break;
            case RdbTokenKind.ProducerEntry:
                if (found.IsFirst)
                    BeginPair(Consumer);
                json.Text(found);
                break;
            case RdbTokenKind.ProducerEntryId:
                json.Item();
                json.Id(found.Id);
                break;
            case RdbTokenKind.StreamIdempotenceCounts:
                json.CloseTo(Items);
                WriteNumber("added"u8, found.Number);
                WriteNumber("duplicates"u8, found.Second);
                break;
        }
    }

    // An object with a name in an array of the object that is open at this depth; the first opens the array.
    void BeginNamed(int depth, Section section, ReadOnlySpan<byte> name)
    {
        if (_section == section || (section == Section.Groups && _section > section))
        {
            BeginItem(depth + 1);
        }
        else
        {
            json.CloseTo(depth);
            json.Name(name);
            json.OpenArray();
            BeginItem(depth + 1);
        }

        _section = section;
        json.Name("name"u8);
    }

    void BeginItem(int depth)
    {
        json.CloseTo(depth);
        json.Item();
        json.OpenObject();
    }

    void BeginPair(int depth)
    {
        json.CloseTo(depth);
        json.Item();
        json.OpenArray();
        json.Item();
    }

    // An array in the group that is open.
    void Enter(Section section, ReadOnlySpan<byte> name)
    {
        if (_section == section)
            return;

        _section = section;
        json.CloseTo(Item);
        json.Name(name);
        json.OpenArray();
    }

    void WriteId(ReadOnlySpan<byte> name, StreamId id)
    {
        json.Name(name);
        json.Id(id);
    }

    void WriteNumber(ReadOnlySpan<byte> name, long? number)
    {
        json.Name(name);
        if (number is { } known)
            json.Number(known);
        else
            json.Null();
    }
}
