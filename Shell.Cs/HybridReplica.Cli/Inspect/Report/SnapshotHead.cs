using System.Text;
using HybridReplica.Core;

namespace HybridReplica.Cli.Inspect.Report;

/// <summary>An auxiliary field. Each character stands for one byte.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">Its value, or the beginning of that.</param>
/// <param name="IsCut">Whether the value is longer.</param>
sealed record SnapshotField(string Name, string Value, bool IsCut);

/// <summary>What a snapshot says beside its keys. Of what there could be too much, the beginning is kept.</summary>
sealed class SnapshotHead
{
    const int MostFields = 100;
    const int MostModules = 100;
    const int LongestText = 256;

    readonly List<SnapshotField> _fields = [];
    readonly SortedSet<string> _modules = new(StringComparer.Ordinal);
    readonly StringBuilder _text = new();
    string _name = "";

    /// <summary>The version that the first bytes name. Null: nothing was read yet.</summary>
    public RdbVersion? Version { get; private set; }

    /// <summary>What the checksum says. Null: the end was not read.</summary>
    public RdbVerdict? Verdict { get; private set; }

    /// <summary>The auxiliary fields, in order. Scripts are not among them.</summary>
    public IReadOnlyList<SnapshotField> Fields => _fields;

    /// <summary>The modules that have data in it.</summary>
    public IReadOnlyCollection<string> Modules => _modules;

    /// <summary>How many libraries of functions there are.</summary>
    public long Functions { get; private set; }

    /// <summary>How many scripts there are (the field <c>lua</c>, 4.0 to 6.2).</summary>
    public long Scripts { get; private set; }

    /// <summary>How many cluster slots it says something of.</summary>
    public long Slots { get; private set; }

    /// <summary>Looks at something that is part of no entry.</summary>
    public void Visit(RdbEvent found)
    {
        switch (found.Kind)
        {
            case RdbTokenKind.Started:
                Version = found.Version;
                break;
            case RdbTokenKind.AuxiliaryName:
                if (Take(found) is { } name)
                    _name = name;
                break;
            case RdbTokenKind.AuxiliaryValue:
                if (Take(found) is { } value)
                    AddField(new(_name, value, found.Total > LongestText));
                break;
            case RdbTokenKind.FunctionLibrary when found.IsFirst:
                Functions++;
                break;
            case RdbTokenKind.ModuleAuxiliary:
                AddModule(found);
                break;
            case RdbTokenKind.SlotInfo:
                Slots++;
                break;
            case RdbTokenKind.Ended:
                Verdict = found.Verdict;
                break;
        }
    }

    /// <summary>It cannot be read further. The checksum is known only where that is what is wrong.</summary>
    public void Break(RdbTrouble trouble)
    {
        if (trouble is RdbTrouble.WrongChecksum wrong && Version is { } version)
            Verdict = RdbVerdict.NewChecksumMismatch(version, wrong.stored, wrong.computed);
    }

    /// <summary>Notes the module that has data here, and gives its name.</summary>
    public string AddModule(RdbEvent found)
    {
        var name = found.Module.Name;
        if (_modules.Count < MostModules)
            _modules.Add(name);
        return name;
    }

    void AddField(SnapshotField field)
    {
        if (field.Name == "lua")
            Scripts++;
        else if (_fields.Count < MostFields)
            _fields.Add(field);
    }

    // The text, when it is whole.
    string? Take(RdbEvent found)
    {
        if (found.IsFirst)
            _text.Clear();
        var part = found.Text;
        _text.Append(Encoding.Latin1.GetString(part[..Math.Min(part.Length, LongestText - _text.Length)]));
        return found.IsLast ? _text.ToString() : null;
    }
}
