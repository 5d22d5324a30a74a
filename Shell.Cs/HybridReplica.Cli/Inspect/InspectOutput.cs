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

    /// <summary>Keeps the first so many bytes, where the others can be taken back.</summary>
    public void CutTo(long length)
    {
        if (length < Length && TryCutTo(length))
            Length = length;
    }

    /// <summary>All was written that is wanted.</summary>
    public abstract Task CompleteAsync(CancellationToken stop);

    /// <summary>Ends. What was not completed is not kept, where it can be taken back.</summary>
    public abstract void Dispose();

    /// <summary>Keeps the first so many bytes, if it can.</summary>
    protected abstract bool TryCutTo(long length);

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

    protected override bool TryCutTo(long length) => false;

    public override Task CompleteAsync(CancellationToken stop) => _stream.FlushAsync(stop);

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

    protected override bool TryCutTo(long length)
    {
        Settle(_file.CutTo(length));
        return true;
    }

    public override async Task CompleteAsync(CancellationToken stop)
    {
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
