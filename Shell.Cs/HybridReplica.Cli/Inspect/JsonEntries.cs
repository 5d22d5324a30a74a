using System.Text;
using HybridReplica.Core;

namespace HybridReplica.Cli.Inspect;

/// <summary>One JSON object on each line, for each key, and for each function library in front of them.</summary>
/// <remarks>
/// <para>
/// The value is written as it comes, so that ten million members need no more memory than ten. How many elements it
/// has, and how many bytes it takes, is known behind it only, and stands there.
/// </para>
/// <para>
/// Names and fields of a data set may be any bytes, and names of JSON members may not: a hash is an array of pairs
/// (triples, where the field expires), a sorted set one of members and scores. A score that is no number of JSON is a
/// string: <c>inf</c>, <c>-inf</c>, <c>nan</c>.
/// </para>
/// </remarks>
sealed class JsonEntries : EntryFormat
{
    // The line is an object, the value in it an array, and a pair in that another one.
    const int Line = 1;
    const int Value = 2;

    readonly JsonNest _json;
    readonly JsonStreams _streams;
    readonly JsonModules _modules;
    readonly Dictionary<string, byte[]> _words = [];
    RdbKind _kind;
    long _elements;

    readonly bool _withLibraries;

    /// <param name="output">Where the bytes go.</param>
    /// <param name="withLibraries">Whether the libraries of functions are wanted.</param>
    public JsonEntries(OutputBuffer output, bool withLibraries)
        : base(output)
    {
        _withLibraries = withLibraries;
        _json = new(output);
        _streams = new(_json);
        _modules = new(_json);
    }

    // What comes in parts is base64, and most of what is that long is text all the same.
    public override int PartsAbove => 4 << 20;

    public override RdbLook Begin(RdbEvent entry)
    {
        var type = entry.ValueType!;
        _kind = type.Kind;
        _elements = 0;
        _json.Forget();
        _json.Item();
        _json.OpenObject();
        _json.Name("db"u8);
        _json.Number(entry.Database);
        _json.Name("key"u8);
        _json.Text(entry.Text);
        _json.Name("type"u8);
        _json.Text(Word(type.KindName));
        _json.Name("encoding"u8);
        _json.Text(Word(entry.Encoding!));
        _json.Name("expiry"u8);
        Write(entry.Expiry);
        if (entry.Idle is { } idle)
            WriteMember("idle"u8, idle);
        if (entry.Frequency is { } frequency)
            WriteMember("frequency"u8, frequency);
        _json.Name("value"u8);
        BeginValue();
        return RdbLook.Typed;
    }

    public override void Add(RdbEvent found)
    {
        switch (found.Kind)
        {
            case RdbTokenKind.String:
                _json.Text(found);
                break;
            case RdbTokenKind.Element:
                if (BeginsElement(found))
                    _json.Item();
                _json.Text(found);
                break;
            case RdbTokenKind.Field:
            case RdbTokenKind.Member:
                if (BeginsElement(found))
                    BeginPair();
                _json.Text(found);
                break;
            case RdbTokenKind.FieldValue:
                if (found.IsFirst)
                    _json.Item();
                _json.Text(found);
                break;
            case RdbTokenKind.FieldExpiry:
                _json.Item();
                _json.Number(found.Number);
                break;
            case RdbTokenKind.Score:
                _json.Item();
                _json.Number(found.Score);
                break;
            default:
                AddOther(found);
                break;
        }
    }

    public override void End(RdbEvent entry)
    {
        _json.CloseTo(Line);
        _json.Name("elements"u8);
        Write(_kind is RdbKind.String or RdbKind.Module ? null : _elements);
        WriteMember("bytes"u8, entry.Number);
        EndLine();
    }

    public override void AddBeside(RdbEvent found)
    {
        if (!_withLibraries || found.Kind != RdbTokenKind.FunctionLibrary)
            return;

        if (found.IsFirst)
        {
            _json.Forget();
            _json.Item();
            _json.OpenObject();
            _json.Name("function"u8);
        }

        _json.Text(found);
        if (found.IsLast)
            EndLine();
    }

    void BeginValue()
    {
        if (_kind is RdbKind.Stream)
            _streams.Begin();
        else if (_kind is RdbKind.Module or RdbKind.Array)
            _modules.Begin();
        else if (_kind is not RdbKind.String)
            _json.OpenArray();
    }

    void AddOther(RdbEvent found)
    {
        if (found.Kind is RdbTokenKind.StreamEntry or RdbTokenKind.ArrayIndex)
            _elements++;
        if (_kind == RdbKind.Stream)
            _streams.Add(found);
        else
            _modules.Add(found);
    }

    bool BeginsElement(RdbEvent found)
    {
        if (!found.IsFirst)
            return false;

        _elements++;
        return true;
    }

    // Whether something follows in the last pair is known at the next one only.
    void BeginPair()
    {
        _json.CloseTo(Value);
        _json.Item();
        _json.OpenArray();
        _json.Item();
    }

    void WriteMember(ReadOnlySpan<byte> name, long number)
    {
        _json.Name(name);
        _json.Number(number);
    }

    void Write(long? number)
    {
        if (number is { } known)
            _json.Number(known);
        else
            _json.Null();
    }

    void EndLine()
    {
        _json.CloseTo(0);
        Output.Add((byte)'\n');
    }

    // There are few types and encodings.
    byte[] Word(string word)
    {
        if (!_words.TryGetValue(word, out var bytes))
            _words.Add(word, bytes = Encoding.UTF8.GetBytes(word));
        return bytes;
    }
}
