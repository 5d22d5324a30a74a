using HybridReplica.Core;

namespace HybridReplica.Cli.Inspect;

/// <summary>
/// Commands that rebuild the data set, for <c>redis-cli --pipe</c> into an empty server: those that an AOF is rewritten
/// with (<c>rewriteAppendOnlyFileRio</c>, 7.0.15), and <c>RESTORE</c> for what has none.
/// </summary>
/// <remarks>
/// Expiries are absolute. A key that has expired is written as it is, and a server that is given it removes it at once,
/// as a master does when it loads the snapshot. For how long or how often a key was used has no command.
/// </remarks>
sealed class RespEntries : EntryFormat
{
    readonly RespBatch _batch;
    readonly RespCollections _collections;
    readonly RespStreams _streams;
    readonly RespPayloads _payloads;
    int? _selected;
    int? _selectedBefore;
    RdbKind _kind;
    bool _hasModuleData;

    readonly bool _withLibraries;

    /// <param name="output">Where the commands go.</param>
    /// <param name="withLibraries">Whether the libraries of functions are wanted.</param>
    public RespEntries(OutputBuffer output, bool withLibraries)
        : base(output)
    {
        _withLibraries = withLibraries;
        _batch = new(output);
        _collections = new(output, _batch);
        _streams = new(output, _batch);
        _payloads = new(output);
    }

    public override string? Omission =>
        (_hasModuleData, _streams.HasLostProducers) switch
        {
            (false, false) => null,
            (true, false) => "What modules keep beside the keys has no command, and is not among those written",
            (false, true) => "What producers called their entries has no command before Redis 8.8, and is left out",
            _ => "What modules keep beside the keys, and what producers called their entries, is left out",
        };

    public override RdbLook Begin(RdbEvent entry)
    {
        _kind = entry.ValueType!.Kind;
        _selectedBefore = _selected;
        Select(entry.Database);
        switch (_kind)
        {
            case RdbKind.Module:
            case RdbKind.Array:
                _payloads.Begin(entry);
                return RdbLook.Raw;
            case RdbKind.Stream:
                _streams.Begin(entry);
                return RdbLook.Typed;
            default:
                _collections.Begin(entry);
                return RdbLook.Typed;
        }
    }

    public override void Add(RdbEvent found)
    {
        if (_kind == RdbKind.Stream)
            _streams.Add(found);
        else if (found.Kind == RdbTokenKind.Raw)
            _payloads.Add(found);
        else
            _collections.Add(found);
    }

    public override void End(RdbEvent entry)
    {
        if (_kind is RdbKind.Module or RdbKind.Array)
        {
            _payloads.End(entry);
            return;
        }

        if (_kind == RdbKind.Stream)
            _streams.End();
        else
            _batch.Flush();

        // A collection without elements is no key; servers pass it over, too (rdbLoadRioWithLoadingCtx, 7.0.15).
        if (_batch.WroteAny && entry.Expiry is { } expiry)
            WriteExpiry(expiry);
    }

    // The command that selects the database goes with the entry.
    public override void Drop() => _selected = _selectedBefore;

    public override void AddBeside(RdbEvent found)
    {
        if (found.Kind is RdbTokenKind.ModuleAuxiliary or RdbTokenKind.KeyMetadata)
            _hasModuleData = true;
        else if (found.Kind == RdbTokenKind.FunctionLibrary && _withLibraries)
            AddLibrary(found);
    }

    void AddLibrary(RdbEvent found)
    {
        if (found.IsFirst)
        {
            Output.AddHead(3);
            Output.AddWord("FUNCTION"u8);
            Output.AddWord("LOAD"u8);
        }

        Output.AddText(found);
    }

    void WriteExpiry(long expiry)
    {
        Output.AddHead(3);
        Output.AddWord("PEXPIREAT"u8);
        Output.Add(_batch.Key);
        Output.AddNumberWord(expiry);
    }

    void Select(int database)
    {
        if (database == _selected)
            return;

        _selected = database;
        Output.AddSelect(database);
    }
}
