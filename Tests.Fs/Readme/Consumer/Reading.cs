using System.Text;
using HybridReplica;
using HybridReplica.Core;

namespace Example;

/// <summary>Prints every hash in a snapshot, and how many other keys there are.</summary>
public static class Reading
{
    public static void Print(string file, TextWriter output)
    {
        var others = 0;
        RdbReader.Read(file, Visit);
        output.WriteLine($"{others} other keys");

        // What is found is borrowed: it and its text are gone when this returns.
        void Visit(RdbEvent found)
        {
            switch (found.Kind)
            {
                case RdbTokenKind.EntryStarted when found.ValueType is { Kind: RdbKind.Hash }:
                    output.WriteLine($"{Encoding.UTF8.GetString(found.Text)} in db {found.Database}");
                    break;
                case RdbTokenKind.EntryStarted:
                    others++;
                    found.Look = RdbLook.Skip;
                    break;
                case RdbTokenKind.Field:
                    output.Write($"  {Encoding.UTF8.GetString(found.Text)}: ");
                    break;
                case RdbTokenKind.FieldValue:
                    // A long text comes in parts.
                    output.Write(Encoding.UTF8.GetString(found.Text));
                    if (found.IsLast)
                        output.WriteLine();
                    break;
            }
        }
    }
}
