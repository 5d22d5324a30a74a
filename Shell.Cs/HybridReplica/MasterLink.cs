using HybridReplica.Core;

namespace HybridReplica;

/// <summary>The one connection to the master: being opened, open, or lost.</summary>
/// <remarks>
/// At most one thing is under way at a time, connecting or receiving, and it is kept from call to call. What came
/// of it is taken in by the loop alone, through <see cref="TakeNews"/>.
/// </remarks>
sealed class MasterLink(Connector connector, TimeSpan sendTimeout) : IAsyncDisposable
{
    static readonly TimeSpan LastWord = TimeSpan.FromMilliseconds(300);

    int _number;
    LinkThread? _thread;
    CancellationTokenSource? _dialling;
    Task<Dialled>? _connecting;
    Connection? _connection;
    Task<int>? _receiving;
    NetworkTrouble? _loss;

    /// <summary>What is under way, if anything.</summary>
    public Task? UnderWay => (Task?)_connecting ?? _receiving;

    /// <summary>Begins to connect. What comes of it is news under this number.</summary>
    public void Dial(int number)
    {
        _number = number;
        _thread = new();
        _dialling = new();
        var cancellationToken = _dialling.Token;
        _connecting = _thread.CallAsync(() => connector.Connect(cancellationToken));
    }

    /// <summary>Begins to receive, unless that goes on already, or there is no connection or no room.</summary>
    public void Receive(ReceiveWindow window)
    {
        if (_thread is null || _connection is not { } connection || _receiving is not null || _loss is not null)
            return;

        var room = window.Room();
        if (room.Length > 0)
            _receiving = _thread.CallAsync(() => connection.Receive(room.Span));
    }

    /// <summary>Whether there is news to take.</summary>
    /// <param name="mayEnd">
    /// Whether a loss may be reported yet: nothing received is left that could still be used.
    /// </param>
    public bool HasNews(bool mayEnd) => UnderWay is { IsCompleted: true } || (mayEnd && _loss is not null);

    /// <summary>
    /// Takes the news. Null: bytes are in the window now, or a loss is to be reported when it may be.
    /// </summary>
    public Event? TakeNews(ReceiveWindow window)
    {
        if (_connecting is { IsCompleted: true } connecting)
        {
            _connecting = null;
            (_connection, var trouble) = connecting.GetAwaiter().GetResult();
            return trouble is null ? Event.NewConnected(_number) : Event.NewConnectFailed(_number, trouble);
        }

        if (_receiving is { IsCompleted: true } receiving)
        {
            _receiving = null;
            _loss = Commit(receiving, window);
            return null;
        }

        return _loss is null ? null : Event.NewDisconnected(_number, _loss);
    }

    static NetworkTrouble? Commit(Task<int> receiving, ReceiveWindow window)
    {
        try
        {
            var count = receiving.GetAwaiter().GetResult();
            window.Commit(count);
            return count > 0 ? null : NetworkTrouble.Closed;
        }
        catch (Exception exception) when (NetworkTroubles.IsOne(exception))
        {
            return NetworkTroubles.Of(exception);
        }
    }

    /// <summary>Sends a request, whole, within the time that a reply may take. Null: it is sent.</summary>
    public Event? Send(byte[] bytes, CancellationToken stop)
    {
        if (_connection is not { } connection)
            return Event.NewDisconnected(_number, NetworkTrouble.Closed);

        // Who wants to stop already has a last word, and no time to wait for it to be taken.
        var isLast = stop.IsCancellationRequested;
        // A request that the other side does not take would block: closing the connection ends that.
        using var abort = isLast
            ? default
            : stop.UnsafeRegister(static connection => ((Connection)connection!).Dispose(), connection);
        try
        {
            connection.Send(bytes, isLast ? LastWord : sendTimeout);
            return null;
        }
        catch (Exception exception)
            when (stop.IsCancellationRequested
                && (exception is ObjectDisposedException || NetworkTroubles.IsOne(exception))
            )
        {
            return Event.StopRequested;
        }
        catch (Exception exception) when (NetworkTroubles.IsOne(exception))
        {
            // A master that closes the connection may have said why. What it said is still to be received, and
            // behind it the loss, so that is where it is reported.
            var trouble = NetworkTroubles.Of(exception);
            return trouble.IsReset ? null : Event.NewDisconnected(_number, trouble);
        }
    }

    /// <summary>
    /// Closes the connection, or gives up opening it: what comes of that yet is closed as soon as it comes.
    /// </summary>
    public async ValueTask HangUpAsync()
    {
        _dialling?.Cancel();
        _ = _connecting?.ContinueWith(
            static connecting => connecting.Result.Connection?.Dispose(),
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default
        );

        _connection?.Dispose();
        // The last receive writes into the window, where the bytes of the next connection will go: it ends first.
        if (_receiving is { } receiving)
            await ((Task)receiving).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        _dialling?.Dispose();
        _thread?.Dispose();
        _dialling = null;
        _thread = null;
        _connecting = null;
        _connection = null;
        _receiving = null;
        _loss = null;
    }

    public ValueTask DisposeAsync() => HangUpAsync();
}
