using System.Text;
using HybridReplica.Core;

namespace HybridReplica.Cli.Inspect;

/// <summary>
/// The values that are no collections of plain texts, as JSON objects: what a module has saved, item by item, each with
/// what it is; and arrays, of which only the elements that are there are written, each with its index.
/// </summary>
sealed class JsonModules(JsonNest json)
{
    // The object that the value is stands in the line, and the array of what is in it there.
    const int Value = 2;
    const int Items = 3;

    /// <summary>Begins a value.</summary>
    public void Begin() => json.OpenObject();

    /// <summary>Adds something of it.</summary>
    public void Add(RdbEvent found)
    {
        switch (found.Kind)
        {
            case RdbTokenKind.Module:
                var id = ModuleId.NewModuleId(found.Number);
                json.Name("name"u8);
                json.Text(Encoding.ASCII.GetBytes(id.Name));
                json.Name("version"u8);
                json.Number(id.Version);
                json.Name("items"u8);
                json.OpenArray();
                break;
            case RdbTokenKind.ModuleSigned:
                BeginItem("signed"u8);
                json.Number(found.Number);
                break;
            case RdbTokenKind.ModuleUnsigned:
                BeginItem("unsigned"u8);
                json.Number((ulong)found.Number);
                break;
            case RdbTokenKind.ModuleFloat:
                BeginItem("float"u8);
                json.Number(found.Score);
                break;
            case RdbTokenKind.ModuleDouble:
                BeginItem("double"u8);
                json.Number(found.Score);
                break;
            case RdbTokenKind.ModuleString:
                if (found.IsFirst)
                    BeginItem("string"u8);
                json.Text(found);
                break;
            default:
                AddElement(found);
                break;
        }
    }

    void AddElement(RdbEvent found)
    {
        switch (found.Kind)
        {
            case RdbTokenKind.ArrayInsertIndex:
                json.Name("insertAt"u8);
                json.Number((ulong)found.Number);
                break;
            case RdbTokenKind.ArrayIndex:
                BeginElement();
                json.Number((ulong)found.Number);
                json.Item();
                break;
            case RdbTokenKind.ArrayValue:
                json.Text(found);
                break;
            case RdbTokenKind.ArrayFloat:
                json.Number(found.Score);
                break;
        }
    }

    void BeginElement()
    {
        if (json.Depth == Value)
        {
            json.Name("items"u8);
            json.OpenArray();
        }

        json.CloseTo(Items);
        json.Item();
        json.OpenArray();
        json.Item();
    }

    void BeginItem(ReadOnlySpan<byte> kind)
    {
        json.CloseTo(Items);
        json.Item();
        json.OpenArray();
        json.Item();
        json.Text(kind);
        json.Item();
    }
}
