using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using HybridReplica.Core;

namespace HybridReplica.Cli.Follow;

/// <summary>
/// One JSON object on each line, for programs. A word is a string where it is UTF-8, and an object with the key
/// <c>base64</c> where it is not.
/// </summary>
sealed class JsonLines : FollowFormat, IDisposable
{
    /// <summary>Words up to this length, in bytes, are looked at whole before they are written.</summary>
    const int LongWord = 64 * 1024;

    static readonly JsonEncodedText Replid = JsonEncodedText.Encode("replid");
    static readonly JsonEncodedText OffsetKey = JsonEncodedText.Encode("offset");
    static readonly JsonEncodedText Db = JsonEncodedText.Encode("db");
    static readonly JsonEncodedText Transaction = JsonEncodedText.Encode("transaction");
    static readonly JsonEncodedText Time = JsonEncodedText.Encode("time");
    static readonly JsonEncodedText CommandKey = JsonEncodedText.Encode("command");
    static readonly JsonEncodedText Args = JsonEncodedText.Encode("args");
    static readonly JsonEncodedText Base64 = JsonEncodedText.Encode("base64");
    static readonly JsonEncodedText EventKey = JsonEncodedText.Encode("event");

    readonly Utf8JsonWriter _json;
    readonly TimeStamp _time = new();
    readonly OutputBuffer _word = new();
    ReplicationId? _history;
    JsonEncodedText _encodedHistory;
    bool _isFirstWord;
    bool _isInLongWord;

    public JsonLines(OutputBuffer output)
        : base(output) =>
        // The lines are read by programs and people, never put into a page.
        _json = new(
            output,
            new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true }
        );

    public override void Write(in CommandMark mark, CommandReceived command)
    {
        _json.WriteStartObject();
        WritePlace(mark.Offset, History);
        WriteMark(mark);
        WriteTime(mark.Time);
        _json.WritePropertyName(CommandKey);
        WriteWord(command.Name.Span);
        _json.WriteStartArray(Args);
        for (var index = 0; index < command.ArgumentCount; index++)
            WriteWord(command.Argument(index).Span);
        _json.WriteEndArray();
        EndLine();
    }

    public override void WriteMulti(in CommandMark mark) => WriteBoundary("multi", mark);

    public override void WriteExec(in CommandMark mark) => WriteBoundary("exec", mark);

    // Where a large command ends is known at its end only, so its offset and its time stand there.
    public override void BeginLarge(in CommandMark mark, long words)
    {
        _json.WriteStartObject();
        WriteMark(mark);
        _json.WritePropertyName(CommandKey);
        _isFirstWord = true;
    }

    public override void BeginWord(long length)
    {
        _word.CutTo(0);
        _isInLongWord = length > LongWord;
        if (!_isInLongWord)
            return;

        _json.WriteStartObject();
        _json.WritePropertyName(Base64);
    }

    public override void AddToWord(ReadOnlySpan<byte> bytes)
    {
        if (!_isInLongWord)
        {
            _word.Add(bytes);
            return;
        }

        _json.WriteBase64StringSegment(bytes, isFinalSegment: false);
        _json.Flush();
    }

    public override void EndWord()
    {
        if (_isInLongWord)
            EndLongWord();
        else
            WriteWord(_word.Written.Span);

        BeginArgsBehindName();
        _json.Flush();
    }

    public override void EndLarge(in CommandMark mark)
    {
        _json.WriteEndArray();
        WritePlace(mark.Offset, History);
        WriteTime(mark.Time);
        EndLine();
    }

    public override bool BreakOff()
    {
        if (_isInLongWord)
            EndLongWord();
        else if (_isFirstWord)
            _json.WriteNullValue();

        BeginArgsBehindName();
        _json.WriteEndArray();
        _json.WriteBoolean("incomplete", true);
        EndLine();
        return true;
    }

    public override void WriteRewound(Position? position, DateTimeOffset time, bool isInTransaction)
    {
        BeginEvent("rewound", position, time);
        EndLine();
    }

    public override void WriteFullResync(Position? position, FullResync resync)
    {
        BeginEvent("full-resync", position, resync.ReceivedAt);
        _json.WriteString("reason", resync.Reason.ToString());
        EndLine();
    }

    public override void WriteSnapshot(SnapshotReceived received)
    {
        BeginEvent("snapshot", received.Position, received.ReceivedAt);
        _json.WriteNumber("bytes", received.Snapshot.Bytes);
        _json.WriteString("checksum", received.Snapshot.Checksum == SnapshotChecksum.Verified ? "verified" : "absent");
        _json.WriteString("file", received.Snapshot.Path);
        EndLine();
    }

    public override void WriteResumed(Position? position, DateTimeOffset time)
    {
        BeginEvent("resumed", position, time);
        EndLine();
    }

    // What was begun and not flushed belongs to what was cut off.
    public override void Forget()
    {
        _json.Reset();
        _isInLongWord = false;
    }

    public void Dispose() => _json.Dispose();

    void EndLongWord()
    {
        _json.WriteBase64StringSegment([], isFinalSegment: true);
        _json.WriteEndObject();
        _isInLongWord = false;
    }

    void BeginArgsBehindName()
    {
        if (_isFirstWord)
            _json.WriteStartArray(Args);
        _isFirstWord = false;
    }

    void WriteBoundary(string name, in CommandMark mark)
    {
        _json.WriteStartObject();
        _json.WriteString(EventKey, name);
        WritePlace(mark.Offset, History);
        WriteMark(mark);
        WriteTime(mark.Time);
        EndLine();
    }

    void BeginEvent(string name, Position? position, DateTimeOffset time)
    {
        _json.WriteStartObject();
        _json.WriteString(EventKey, name);
        WritePlace(position?.Offset.Bytes, position?.Id ?? History);
        WriteTime(time);
    }

    void WritePlace(long? offset, ReplicationId? history)
    {
        if (!ReferenceEquals(history, _history))
        {
            _history = history;
            _encodedHistory = JsonEncodedText.Encode(history?.Text ?? "", JavaScriptEncoder.UnsafeRelaxedJsonEscaping);
        }

        if (history is null)
            _json.WriteNull(Replid);
        else
            _json.WriteString(Replid, _encodedHistory);
        WriteNumber(OffsetKey, offset);
    }

    void WriteMark(in CommandMark mark)
    {
        WriteNumber(Db, mark.Database);
        WriteNumber(Transaction, mark.Transaction);
    }

    void WriteTime(DateTimeOffset time) => _json.WriteString(Time, _time.Of(time));

    void WriteNumber(JsonEncodedText key, long? number)
    {
        if (number is { } known)
            _json.WriteNumber(key, known);
        else
            _json.WriteNull(key);
    }

    void WriteWord(ReadOnlySpan<byte> word)
    {
        if (Utf8.IsValid(word))
        {
            _json.WriteStringValue(word);
            return;
        }

        _json.WriteStartObject();
        _json.WriteBase64String(Base64, word);
        _json.WriteEndObject();
    }

    void EndLine()
    {
        _json.WriteEndObject();
        _json.Flush();
        Output.Add((byte)'\n');
        _json.Reset();
    }
}
