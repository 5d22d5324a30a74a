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
    volatile Follower? _follower;

    /// <summary>A client for one master.</summary>
    /// <param name="options">Where the master is, and how to behave towards it.</param>
    /// <param name="loggerFactory">Where the log goes. Default: nowhere.</param>
    /// <exception cref="ArgumentException">The options cannot be used; the message says why.</exception>
    public ReplicaClient(ReplicaOptions options, ILoggerFactory? loggerFactory = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        _ = options.ToSettings(Destination.File);
        _ = TlsTrust.Of(options);
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

    /// <summary>
    /// Follows the master: a snapshot, unless there is a position to resume from, and from then on every command, in
    /// order, across lost connections and failovers.
    /// </summary>
    /// <remarks>
    /// <para>
    /// The connection is made when the enumeration begins, and closed when it is left. Reading, acknowledging and
    /// keeping alive go on while the consumer is busy; what comes meanwhile waits in memory and then in a file.
    /// </para>
    /// <para>
    /// With <see cref="ReplicaOptions.Entries"/> a snapshot is decoded when its entries are asked for, and received as
    /// fast as it comes all the same: a master gives up a replica that takes nothing of a streamed snapshot for longer
    /// than its <c>repl-timeout</c> (<c>replicationCron</c>, 7.0.15), or for which more is written meanwhile than
    /// <c>client-output-buffer-limit</c> allows.
    /// </para>
    /// <para>
    /// A client follows once at a time. Whatever may pass is tried again: until the master has been joined, as often
    /// as <see cref="ReplicaOptions.Attempts"/> says, and for ever after that.
    /// </para>
    /// </remarks>
    /// <param name="from">
    /// Where to resume: the position of the last event that was dealt with. Null: begin with a snapshot.
    /// </param>
    /// <param name="cancellationToken">Stops the enumeration, within a second.</param>
    /// <returns>
    /// The events. The enumeration throws <see cref="ReplicaException"/> when following cannot go on.
    /// </returns>
    /// <exception cref="ArgumentException">The options cannot be used; the message says why.</exception>
    /// <exception cref="InvalidOperationException">It follows already (when the enumeration begins).</exception>
    public IAsyncEnumerable<ReplicaEvent> FollowAsync(
        Position? from = null,
        CancellationToken cancellationToken = default
    )
    {
        _ = SettingsOfOptions.ForFollowing(_options, from);
        return new FollowStream((first, second) => Begin(from, first, second), cancellationToken);
    }

    Follower Begin(Position? from, CancellationToken first, CancellationToken second)
    {
        lock (_running)
        {
            ObjectDisposedException.ThrowIf(_disposing.IsCancellationRequested, this);
            if (_follower is not null)
                throw new InvalidOperationException("This client follows its master already.");

            return _follower = new(_options, from, _logger, () => _follower = null, first, second, _disposing.Token);
        }
    }

    /// <summary>
    /// Everything up to this position has been applied: what <c>WAIT</c> on the master counts. Nothing else is ever
    /// acknowledged. Without an enumeration under way it does nothing.
    /// </summary>
    /// <param name="position">
    /// The <see cref="ReplicaEvent.Position"/> of the last event dealt with, in the order of the events. Null: none.
    /// </param>
    public void Acknowledge(Position? position) => Acknowledge(position, isDurable: false);

    /// <summary>
    /// Everything up to this position has been applied and is on disk: what <c>WAITAOF</c> on the master counts.
    /// </summary>
    /// <param name="position">As for <see cref="Acknowledge(Position?)"/>.</param>
    public void AcknowledgeDurable(Position? position) => Acknowledge(position, isDurable: true);

    void Acknowledge(Position? position, bool isDurable)
    {
        if (position is { } reached)
            _follower?.Acknowledge(reached, isDurable);
    }

    /// <summary>How things stand with the enumeration that is under way. Null: there is none.</summary>
    /// <param name="bounds">What still counts as keeping up. Default: <see cref="HealthBounds.Default"/>.</param>
    public ReplicaStatus? GetStatus(HealthBounds? bounds = null) =>
        _follower?.Metrics.Status(bounds ?? HealthBounds.Default);

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
            running = _follower?.Running is { } following ? [.. _running, following] : [.. _running];
        }

        await Task.WhenAll(running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
