using HybridReplica.Core;
using Microsoft.FSharp.Core;

namespace HybridReplica.Cli.Inspect;

/// <summary>
/// Commands for the groups of a stream, with their consumers and what is pending for these; and for what it remembers
/// of its producers.
/// </summary>
/// <param name="output">Where the commands go.</param>
/// <param name="batch">What knows the key.</param>
sealed class RespGroups(OutputBuffer output, RespBatch batch)
{
    // What a stream remembers of its producers unless it was told otherwise (XCFGSET, Redis 8.6).
    const int UsualDuration = 100;
    const int UsualEntries = 100;

    // Streams of Redis 8.8 (RDB_TYPE_STREAM_LISTPACKS_5): its commands are there.
    const int NewestStream = 27;

    readonly PendingEntries _pending = new();
    readonly OutputBuffer _group = new();
    readonly OutputBuffer _consumer = new();
    readonly OutputBuffer _producer = new();
    readonly OutputBuffer _name = new();
    byte[] _key = [];
    StreamId _last;
    long? _read;
    bool _isGroupOpen;
    bool _isConsumerOpen;
    bool _canRecord;

    /// <summary>Whether there were producers whose names for entries no command can tell the server.</summary>
    public bool HasLostProducers { get; private set; }

    /// <summary>Begins an entry of the RDB.</summary>
    public void Begin(RdbEvent entry)
    {
        _key = entry.Text.ToArray();
        _canRecord = entry.ValueType!.Number >= NewestStream;
        _isGroupOpen = false;
        _isConsumerOpen = false;
    }

    /// <summary>Adds something of its value.</summary>
    public void Add(RdbEvent found)
    {
        switch (found.Kind)
        {
            case RdbTokenKind.Group:
                if (found.IsFirst)
                    BeginGroup();
                _group.AddText(found);
                break;
            case RdbTokenKind.GroupLastId:
                _last = found.Id;
                break;
            case RdbTokenKind.GroupEntriesRead:
                _read = found.Number;
                break;
            case RdbTokenKind.GroupPending:
                _pending.Add(found.Id, found.Time, found.Count);
                break;
            case RdbTokenKind.Consumer:
                if (found.IsFirst)
                    BeginConsumer();
                _consumer.AddText(found);
                break;
            case RdbTokenKind.ConsumerPending:
                EndConsumer();
                WriteClaim(found);
                break;
            case RdbTokenKind.GroupNacked:
                WriteGroup();
                WriteNack(found);
                break;
            default:
                AddProducer(found);
                break;
        }
    }

    /// <summary>Ends the entry of the RDB.</summary>
    public void End() => WriteGroup();

    void AddProducer(RdbEvent found)
    {
        switch (found.Kind)
        {
            case RdbTokenKind.StreamIdempotence:
                WriteGroup();
                if (found.Number != UsualDuration || found.Second != UsualEntries)
                    WriteIdempotence(found.Number, found.Second);
                break;
            case RdbTokenKind.Producer:
                if (found.IsFirst)
                    _producer.CutTo(0);
                _producer.AddText(found);
                break;
            case RdbTokenKind.ProducerEntry:
                if (found.IsFirst)
                    _name.CutTo(0);
                _name.AddText(found);
                break;
            case RdbTokenKind.ProducerEntryId:
                WriteProduced(found.Id);
                break;
        }
    }

    void BeginGroup()
    {
        WriteGroup();
        _isGroupOpen = true;
        _group.CutTo(0);
        _read = null;
        _pending.Clear();
    }

    void WriteGroup()
    {
        EndConsumer();
        if (!_isGroupOpen)
            return;

        _isGroupOpen = false;
        output.AddHead(_read is null ? 5 : 7);
        output.AddWord("XGROUP"u8);
        output.AddWord("CREATE"u8);
        output.Add(batch.Key);
        output.Add(_group.Written.Span);
        output.AddIdWord(_last);
        if (_read is not { } read)
            return;

        output.AddWord("ENTRIESREAD"u8);
        output.AddNumberWord(read);
    }

    void BeginConsumer()
    {
        WriteGroup();
        _isConsumerOpen = true;
        _consumer.CutTo(0);
    }

    // Not every claim makes its consumer: none does whose entry was deleted from the stream (xclaimCommand, 7.0.15).
    void EndConsumer()
    {
        if (!_isConsumerOpen)
            return;

        _isConsumerOpen = false;
        output.AddHead(5);
        output.AddWord("XGROUP"u8);
        output.AddWord("CREATECONSUMER"u8);
        output.Add(batch.Key);
        output.Add(_group.Written.Span);
        output.Add(_consumer.Written.Span);
    }

    void WriteClaim(RdbEvent found)
    {
        var (time, count) = Find(found);
        output.AddHead(12);
        output.AddWord("XCLAIM"u8);
        output.Add(batch.Key);
        output.Add(_group.Written.Span);
        output.Add(_consumer.Written.Span);
        output.AddNumberWord(0);
        output.AddIdWord(found.Id);
        output.AddWord("TIME"u8);
        output.AddNumberWord(time);
        output.AddWord("RETRYCOUNT"u8);
        output.AddNumberWord(count);
        output.AddWord("JUSTID"u8);
        output.AddWord("FORCE"u8);
    }

    void WriteNack(RdbEvent found)
    {
        var (_, count) = Find(found);
        output.AddHead(10);
        output.AddWord("XNACK"u8);
        output.Add(batch.Key);
        output.Add(_group.Written.Span);
        output.AddWord("FAIL"u8);
        output.AddWord("IDS"u8);
        output.AddNumberWord(1);
        output.AddIdWord(found.Id);
        output.AddWord("RETRYCOUNT"u8);
        output.AddNumberWord(count);
        output.AddWord("FORCE"u8);
    }

    // Servers do not load such a file either (rdbLoadObject, 7.0.15).
    (long Time, long Count) Find(RdbEvent found) =>
        _pending.Find(found.Id)
        ?? throw new RdbException(
            new(
                RdbTrouble.NewBadStream("an entry that is pending for a consumer, and not for its group"),
                found.Offset,
                FSharpValueOption<int>.NewValueSome(found.Database),
                FSharpValueOption<byte[]>.NewValueSome(_key),
                found.Entries
            )
        );

    void WriteIdempotence(long duration, long entries)
    {
        output.AddHead(6);
        output.AddWord("XCFGSET"u8);
        output.Add(batch.Key);
        output.AddWord("IDMP-DURATION"u8);
        output.AddNumberWord(duration);
        output.AddWord("IDMP-MAXSIZE"u8);
        output.AddNumberWord(entries);
    }

    void WriteProduced(StreamId id)
    {
        HasLostProducers |= !_canRecord;
        if (!_canRecord)
            return;

        output.AddHead(5);
        output.AddWord("XIDMPRECORD"u8);
        output.Add(batch.Key);
        output.Add(_producer.Written.Span);
        output.Add(_name.Written.Span);
        output.AddIdWord(id);
    }
}
