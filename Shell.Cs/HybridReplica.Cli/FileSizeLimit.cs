using System.Runtime.InteropServices;

namespace HybridReplica.Cli;

/// <summary>
/// A limit on the size of files (<c>ulimit -f</c>), which kills a process that does not prepare for it.
/// </summary>
static class FileSizeLimit
{
    const PosixSignal Sigxfsz = (PosixSignal)25; // The same number on Linux and macOS.

    /// <summary>
    /// Makes a write beyond the limit fail like any other, so that the temporary file does not stay behind. Null:
    /// there are no such limits.
    /// </summary>
    public static PosixSignalRegistration? Survive() =>
        OperatingSystem.IsWindows() ? null : PosixSignalRegistration.Create(Sigxfsz, context => context.Cancel = true);
}
