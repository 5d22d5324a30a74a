using Microsoft.Win32.SafeHandles;

namespace HybridReplica.Cli;

/// <summary>Standard output as the place for a snapshot.</summary>
static class OutputPipe
{
    const nint Descriptor = 1;

    /// <summary>
    /// Opens it so that every failed write is told. The stream of the console takes a pipe that nobody reads any more
    /// for one that has read enough, and goes on as if nothing had happened. A file, though, has to be written where
    /// whoever opened it stands, and that is what the stream of the console does.
    /// </summary>
    public static Stream Open()
    {
        if (OperatingSystem.IsWindows())
            return Console.OpenStandardOutput();

        var stream = new FileStream(new SafeFileHandle(Descriptor, ownsHandle: false), FileAccess.Write, bufferSize: 0);
        return stream.CanSeek ? Console.OpenStandardOutput() : stream;
    }
}
