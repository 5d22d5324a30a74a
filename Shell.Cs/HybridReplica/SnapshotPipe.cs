using HybridReplica.Core;

namespace HybridReplica;

/// <summary>A snapshot that goes into a stream as it comes. The stream is not ours, and stays open.</summary>
sealed class SnapshotPipe(Stream stream) : ISnapshotTarget
{
    public ValueTask<Event?> AppendAsync(ReadOnlyMemory<byte> bytes, CancellationToken stop) =>
        ReportAsync(stream.WriteAsync(bytes, stop), stop);

    public ValueTask<Event?> CompleteAsync(RdbCheck check, CancellationToken stop) =>
        ReportAsync(new(stream.FlushAsync(stop)), stop);

    // Many streams do not look at the token once they write: then the write is left to itself, so that nobody who
    // wants to stop has to wait for it. The session ends with that, so the bytes it writes from are not touched any
    // more.
    static async ValueTask<Event?> ReportAsync(ValueTask writing, CancellationToken stop)
    {
        try
        {
            if (writing.IsCompletedSuccessfully)
                writing.GetAwaiter().GetResult();
            else
                await Interruption.WaitAsync(writing.AsTask(), stop).ConfigureAwait(false);
            return null;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return Event.StopRequested;
        }
        catch (Exception exception) when (FileTroubles.IsOne(exception))
        {
            return Event.NewFileFailed(FileStep.Write, FileTroubles.Of(exception));
        }
    }

    public void Dispose() { }
}
