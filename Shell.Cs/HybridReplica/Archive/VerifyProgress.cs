namespace HybridReplica;

/// <summary>Counts the bytes that are verified, tells of them a few times a second, and ends it on request.</summary>
sealed class VerifyProgress(IProgress<ArchiveProgress>? progress, long total, CancellationToken cancellationToken)
{
    const int Pause = 250;

    long _bytes;
    long _toldAt = Environment.TickCount64;

    /// <summary>Ends it on request.</summary>
    public CancellationToken CancellationToken { get; } = cancellationToken;

    /// <summary>How many bytes are done with.</summary>
    public long Bytes => _bytes;

    /// <summary>So many more bytes are done with.</summary>
    /// <exception cref="OperationCanceledException">Somebody wants it to end.</exception>
    public void Add(string file, long bytes)
    {
        CancellationToken.ThrowIfCancellationRequested();
        _bytes += bytes;
        if (progress is not null && Environment.TickCount64 - _toldAt >= Pause)
            Tell(file);
    }

    /// <summary>Tells how far it is.</summary>
    public void Tell(string file)
    {
        // What is written meanwhile is verified too.
        progress?.Report(new(file, _bytes, Math.Max(total, _bytes)));
        _toldAt = Environment.TickCount64;
    }
}
