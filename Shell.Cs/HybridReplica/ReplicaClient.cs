using HybridReplica.Core;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace HybridReplica;

/// <summary>Joins a Redis or Valkey master as a replica.</summary>
/// <remarks>
/// Each call is a session of its own, with its own connection; calls may run side by side. Disposing the client
/// cancels those that run, and waits until they have cleaned up.
/// </remarks>
public sealed class ReplicaClient : IAsyncDisposable
{
    readonly ReplicaOptions _options;
    readonly ILogger _logger;
    readonly CancellationTokenSource _disposing = new();
    readonly HashSet<Task> _running = [];

    /// <summary>A client for one master.</summary>
    /// <param name="options">Where the master is, and how to behave towards it.</param>
    /// <param name="loggerFactory">Where the log goes. Default: nowhere.</param>
    /// <exception cref="ArgumentException">The options cannot be used; the message says why.</exception>
    public ReplicaClient(ReplicaOptions options, ILoggerFactory? loggerFactory = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        _ = options.ToSettings(Destination.File, resume: null);
        _ = SnapshotFetch.TrustOf(options);
        _options = options;
        _logger = (loggerFactory ?? NullLoggerFactory.Instance).CreateLogger("HybridReplica");
    }

    /// <summary>Fetches a snapshot of the master's data set into a file.</summary>
    /// <remarks>
    /// It is written to <c>temp-&lt;unixtime&gt;.&lt;pid&gt;.rdb</c> beside the target, checked, synced to disk and
    /// only then renamed over the target, as Redis does. A target that is a symbolic link is replaced, not what it
    /// points to. However the call ends otherwise, the temporary file is gone and the target as it was; only
    /// where the new name cannot be synced to disk in the end, the new file is in place already.
    /// </remarks>
    /// <param name="path">The file to create or replace.</param>
    /// <param name="progress">Hears of each new state, and a few times a second of the bytes received.</param>
    /// <param name="cancellationToken">Stops the session, within a second.</param>
    /// <returns>What was fetched.</returns>
    /// <exception cref="ReplicaException">It failed: the cause, whose doing it was, and what to try.</exception>
    /// <exception cref="ArgumentException">The options cannot be used; the message says why.</exception>
    /// <exception cref="OperationCanceledException">The call was cancelled, and everything is cleaned up.</exception>
    public Task<SnapshotInfo> FetchSnapshotAsync(
        string path,
        IProgress<SnapshotProgress>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var target = Path.GetFullPath(path);
        return RunAsync(
            stop =>
                SnapshotFetch.RunAsync(
                    _options,
                    time => new SnapshotFile(target, time),
                    target,
                    progress,
                    _logger,
                    stop
                ),
            cancellationToken
        );
    }

    /// <summary>
    /// Fetches a snapshot of the master's data set into a stream: exactly the bytes of the RDB, as they come.
    /// </summary>
    /// <remarks>
    /// What the stream was given cannot be taken back: a snapshot whose checksum turns out wrong was written all
    /// the same, and nothing is tried again once the first byte was written. The stream is flushed at the end, and
    /// left open.
    /// </remarks>
    /// <param name="destination">Where to write to. A write that is cancelled may go on in the background.</param>
    /// <param name="progress">Hears of each new state, and a few times a second of the bytes received.</param>
    /// <param name="cancellationToken">
    /// Stops the session, within a second, even if the stream does not take any bytes.
    /// </param>
    /// <returns>What was fetched.</returns>
    /// <exception cref="ReplicaException">It failed: the cause, whose doing it was, and what to try.</exception>
    /// <exception cref="ArgumentException">The options or the stream cannot be used; the message says why.</exception>
    /// <exception cref="OperationCanceledException">The call was cancelled, and everything is cleaned up.</exception>
    public Task<SnapshotInfo> FetchSnapshotAsync(
        Stream destination,
        IProgress<SnapshotProgress>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(destination);
        if (!destination.CanWrite)
            throw new ArgumentException("The stream cannot be written to.", nameof(destination));

        return RunAsync(
            stop => SnapshotFetch.RunAsync(_options, _ => new SnapshotPipe(destination), null, progress, _logger, stop),
            cancellationToken
        );
    }

    // One call: cancelled by its caller or by the disposal of the client, whichever comes first.
    async Task<SnapshotInfo> RunAsync(
        Func<CancellationToken, Task<SnapshotInfo>> fetch,
        CancellationToken cancellationToken
    )
    {
        cancellationToken.ThrowIfCancellationRequested();

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _disposing.Token);
        Task<SnapshotInfo> running;
        lock (_running)
        {
            ObjectDisposedException.ThrowIf(_disposing.IsCancellationRequested, this);
            // Away from the caller's thread and its context: a master that is quick enough never makes the loop wait.
            running = Task.Run(() => fetch(stop.Token), CancellationToken.None);
            _running.Add(running);
        }

        try
        {
            return await running.ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
        finally
        {
            // The caller goes on with a thread of the pool, and not with that of the connection.
            await Task.Yield();
            lock (_running)
                _running.Remove(running);
        }
    }

    /// <summary>Cancels what runs, and waits until it has cleaned up.</summary>
    public async ValueTask DisposeAsync()
    {
        Task[] running;
        lock (_running)
        {
            _disposing.Cancel();
            running = [.. _running];
        }

        await Task.WhenAll(running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
