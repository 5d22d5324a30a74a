using System.Text;
using HybridReplica.Cli.Inspect;

namespace HybridReplica.Cli;

/// <summary>What is said on standard output.</summary>
static class StandardOutput
{
    /// <summary>Prints lines.</summary>
    /// <exception cref="FailureException">Nobody reads them; the console would not tell.</exception>
    public static async Task PrintAsync(params IEnumerable<string> lines)
    {
        using var output = InspectOutput.Open(path: null);
        output.Write(Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => line + "\n"))));
        await output.CompleteAsync(CancellationToken.None);
    }
}
