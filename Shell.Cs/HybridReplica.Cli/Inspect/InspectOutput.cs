using HybridReplica.Core;

namespace HybridReplica.Cli.Inspect;

/// <summary>Where what was found is written to.</summary>
abstract class InspectOutput : IDisposable
{
    /// <summary>The output that somebody named.</summary>
    /// <param name="path">The file. Null: standard output.</param>
    public static InspectOutput Open(string? path) => path is null ? new OutgoingPipe() : new ReplacedFile(path);

    /// <summary>How many bytes were written.</summary>
    public long Length { get; private set; }

    /// <summary>Writes bytes.</summary>
    /// <exception cref="FailureException">Nobody takes them.</exception>
    /// <exception cref="ReplicaException">The file cannot be written.</exception>
    public void Write(ReadOnlyMemory<byte> bytes)
    {
        Take(bytes);
        Length += bytes.Length;
    }

    /// <summary>All was written, or all that is wanted: the first so many bytes.</summary>
    public abstract Task CompleteAsync(long length, CancellationToken stop);

    /// <summary>Ends. What was not completed is not kept, where it can be taken back.</summary>
    public abstract void Dispose();

    /// <summary>Takes bytes.</summary>
    protected abstract void Take(ReadOnlyMemory<byte> bytes);
}

/// <summary>Standard output, which keeps what it was given.</summary>
sealed class OutgoingPipe : InspectOutput
{
    readonly Stream _stream = OutputPipe.Open();

    protected override void Take(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            _stream.Write(bytes.Span);
        }
        catch (IOException exception) when (FileTroubles.Of(exception).IsBrokenPipe)
        {
            throw FailureException.BrokenPipe("standard output");
        }
    }

    public override Task CompleteAsync(long length, CancellationToken stop) => _stream.FlushAsync(stop);

    public override void Dispose() => _stream.Dispose();
}

/// <summary>A file, replaced once all of it was written, as that of a backup is.</summary>
sealed class ReplacedFile : InspectOutput
{
    readonly SnapshotFile _file;

    public ReplacedFile(string path)
    {
        _file = new(Path.GetFullPath(path), TimeProvider.System);
        Settle(_file.Check());
        Settle(_file.Create());
    }

    protected override void Take(ReadOnlyMemory<byte> bytes) =>
        Settle(_file.AppendAsync(bytes, CancellationToken.None).AsTask().GetAwaiter().GetResult());

    public override async Task CompleteAsync(long length, CancellationToken stop)
    {
        Settle(_file.CutTo(length));
        Settle(await _file.SyncAsync(stop));
        Settle(_file.Rename());
        Settle(_file.SyncFolder());
    }

    public override void Dispose() => _file.Dispose();

    static void Settle(Event? happened)
    {
        if (happened is Event.FileFailed failed)
            throw new ReplicaException(Fault.NewFile(failed.step, failed.trouble));
        if (happened is not null && happened.IsStopRequested)
            throw new OperationCanceledException();
    }
}
