using HybridReplica.Core;

namespace HybridReplica;

/// <summary>A stream that an RDB is read from.</summary>
sealed class RdbSource(Stream stream, bool isOurs, RdbReaderOptions options) : IDisposable
{
    const int Pause = 250;

    readonly IProgress<long>? _progress = options.Progress;
    long _reportedAt = Environment.TickCount64;

    /// <summary>Opens a file.</summary>
    public static RdbSource Open(string path, RdbReaderOptions options) =>
        new(
            // We read into memory of our own, in pieces that are large enough.
            new FileStream(
                path,
                new FileStreamOptions
                {
                    Share = FileShare.ReadWrite | FileShare.Delete,
                    Options = FileOptions.SequentialScan,
                    BufferSize = 0,
                }
            ),
            isOurs: true,
            options
        );

    /// <summary>What is read.</summary>
    public RdbFeed Feed { get; } = new(options);

    /// <summary>Waits for more bytes, or for their end.</summary>
    public void Fill()
    {
        var room = Feed.Room();
        Took(stream.Read(room.Span));
    }

    /// <inheritdoc cref="Fill"/>
    public async ValueTask FillAsync(CancellationToken cancellationToken)
    {
        var room = Feed.Room();
        Took(await stream.ReadAsync(room, cancellationToken).ConfigureAwait(false));
    }

    void Took(int count)
    {
        if (count == 0)
            Feed.Complete();

        Feed.Commit(count);
        if (_progress is not null && Environment.TickCount64 - _reportedAt >= Pause)
            Report();
    }

    void Report()
    {
        _progress?.Report(Feed.Scan.Offset);
        _reportedAt = Environment.TickCount64;
    }

    /// <summary>What came of it, now that there is nothing more to be found.</summary>
    /// <exception cref="RdbException">It could not be read to its end, and what came before is not enough.</exception>
    public RdbResult Conclude()
    {
        Report();
        var fault = Feed.Fault;
        if (fault is not null && !options.KeepWhatCameBefore)
            throw new RdbException(fault);

        return new(
            Feed.Version,
            Feed.Verdict,
            Feed.Scan.Entries,
            Feed.Scan.Offset,
            fault is null ? Behind() : null,
            fault
        );
    }

    // How much is left; and whoever gave us the stream finds it there.
    long? Behind()
    {
        if (!stream.CanSeek)
            return null;

        if (Feed.Unused > 0)
            stream.Seek(-Feed.Unused, SeekOrigin.Current);
        return Math.Max(0, stream.Length - stream.Position);
    }

    public void Dispose()
    {
        if (isOurs)
            stream.Dispose();
    }
}
