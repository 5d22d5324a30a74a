using System.Text.Json;

namespace HybridReplica.Cli;

/// <summary>Numbers in JSON that may not be known.</summary>
static class JsonNumbers
{
    /// <summary>Writes the number, or null where there is none.</summary>
    public static void WriteNumberOrNull(this Utf8JsonWriter json, string name, long? number)
    {
        if (number is { } known)
            json.WriteNumber(name, known);
        else
            json.WriteNull(name);
    }
}
