namespace HybridReplica.Cli.Follow;

/// <summary>Standard output, or another place that keeps nothing.</summary>
/// <param name="name">How people call it.</param>
/// <param name="stream">The stream.</param>
sealed class OutputStream(string name, Stream stream) : FollowOutput
{
    public override string Name => name;

    public override bool CanCut => false;

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken stop)
    {
        try
        {
            // A pipe that nobody reads from takes nothing for as long as that lasts, and looks at no token.
            var writing = stream.WriteAsync(bytes, CancellationToken.None);
            if (writing.IsCompletedSuccessfully)
                writing.GetAwaiter().GetResult();
            else
                await writing.AsTask().WaitAsync(stop);
        }
        catch (IOException exception) when (FileTroubles.Of(exception).IsBrokenPipe)
        {
            throw FailureException.BrokenPipe(name);
        }

        Length += bytes.Length;
    }

    public override ValueTask SyncAsync(CancellationToken stop) => new(stream.FlushAsync(stop));

    public override void CutTo(long length) =>
        throw new InvalidOperationException("What was written cannot be taken back.");

    public override void Dispose() => stream.Dispose();
}
