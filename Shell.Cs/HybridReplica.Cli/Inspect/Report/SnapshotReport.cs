using System.Text.Json;
using HybridReplica.Core;

namespace HybridReplica.Cli.Inspect.Report;

/// <summary>
/// What a snapshot is made of, counted while it is read. Entries are counted at their ends: of those that are not to be
/// counted, it is enough to leave out the ends.
/// </summary>
sealed class SnapshotReport(ReportOptions options)
{
    readonly KeyBuffer _key = new();
    long? _elements;
    string _type = "";

    /// <summary>What is said beside the keys.</summary>
    public SnapshotHead Head { get; } = new();

    /// <summary>The keys, counted.</summary>
    public SnapshotTally Tally { get; } = new(options);

    /// <summary>Why it could not be read to its end. Null: it could, or nobody wanted to.</summary>
    public RdbFault? Fault { get; private set; }

    /// <summary>How many bytes of the snapshot were looked at.</summary>
    public long Bytes { get; private set; }

    /// <summary>How many fields of hashes expire on their own.</summary>
    public long ExpiringFields { get; private set; }

    /// <summary>
    /// Looks at something found. It chooses how closely an entry is looked at: collections have elements to be counted,
    /// and of everything else the size is enough.
    /// </summary>
    public void Visit(RdbEvent found)
    {
        switch (found.Kind)
        {
            case RdbTokenKind.EntryStarted:
                Begin(found);
                break;
            case RdbTokenKind.EntryEnded:
                End(found);
                break;
            case RdbTokenKind.Element:
            case RdbTokenKind.Field:
            case RdbTokenKind.Member:
                // Long ones come in parts.
                if (found.IsFirst)
                    _elements++;
                break;
            case RdbTokenKind.StreamEntry:
            case RdbTokenKind.ArrayIndex:
                _elements++;
                break;
            case RdbTokenKind.FieldExpiry:
                ExpiringFields++;
                break;
            case RdbTokenKind.Module:
                _type = Head.AddModule(found);
                break;
            default:
                Head.Visit(found);
                break;
        }

        Bytes = found.Offset;
    }

    /// <summary>It is damaged: what was looked at by now is all that there is to be known.</summary>
    public void Break(RdbFault fault)
    {
        Fault = fault;
        Head.Break(fault.Trouble);
    }

    /// <summary>Writes the report for people.</summary>
    public void WriteText(TextWriter output, ReportStyle style) => new ReportText(this, output, style).Write();

    /// <summary>Writes the properties of the report into an object that is open.</summary>
    public void WriteJson(Utf8JsonWriter json) => new ReportJson(this, json).Write();

    void Begin(RdbEvent found)
    {
        var type = found.ValueType!;
        _key.Set(found.Text);
        _type = type.KindName;
        _elements = type.Kind is RdbKind.String or RdbKind.Module ? null : 0;
        found.Look = type.Kind == RdbKind.String ? RdbLook.Skip : RdbLook.Typed;
    }

    void End(RdbEvent found) =>
        Tally.Add(
            _key,
            new(found.Database, _type, found.Encoding!, found.Expiry, Bytes: found.Number, Elements: _elements)
        );
}
