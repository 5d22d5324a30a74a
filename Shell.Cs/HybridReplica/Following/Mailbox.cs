using System.Runtime.ExceptionServices;
using HybridReplica.Core;

namespace HybridReplica;

/// <summary>What others have to report to the loop: the consumer of the stream, and whatever takes long.</summary>
/// <remarks>
/// Acknowledgements are not queued: the latest stands for all before it. They wake the loop only when the master
/// waits for them; otherwise they are found whenever the loop looks.
/// </remarks>
sealed class Mailbox
{
    readonly object _gate = new();
    readonly Queue<Event> _events = new();
    ExceptionDispatchInfo? _failure;
    Position? _applied;
    Position? _durable;
    bool _isAwaited;
    TaskCompletionSource _bell = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Reports something.</summary>
    public void Post(Event report)
    {
        lock (_gate)
        {
            _events.Enqueue(report);
            _bell.TrySetResult();
        }
    }

    /// <summary>Reports what comes of something that takes long, once it comes.</summary>
    public async void PostLater(ValueTask<Event> report)
    {
        try
        {
            Post(await report.ConfigureAwait(false));
        }
        catch (Exception exception)
        {
            lock (_gate)
            {
                _failure = ExceptionDispatchInfo.Capture(exception);
                _bell.TrySetResult();
            }
        }
    }

    /// <summary>Reports how far the consumer has come.</summary>
    public void Acknowledge(in Position position, bool isDurable)
    {
        lock (_gate)
        {
            if (isDurable)
                _durable = position;
            else
                _applied = position;
            if (_isAwaited)
                _bell.TrySetResult();
        }
    }

    /// <summary>The next report, if there is one.</summary>
    /// <exception cref="Exception">What takes long failed in a way nobody expects.</exception>
    public Event? TryTake()
    {
        lock (_gate)
        {
            _failure?.Throw();
            if (_events.TryDequeue(out var report))
                return report;
            if (_durable is { } durable)
            {
                _durable = null;
                return Event.NewMadeDurable(durable);
            }

            if (_applied is { } applied)
            {
                _applied = null;
                return Event.NewApplied(applied);
            }

            return null;
        }
    }

    /// <summary>Completes when there is something to take.</summary>
    /// <param name="isAwaited">Whether that includes acknowledgements.</param>
    public Task NextAsync(bool isAwaited)
    {
        lock (_gate)
        {
            _isAwaited = isAwaited;
            var isEmpty =
                _events.Count == 0
                && _failure is null
                && !(isAwaited && (_applied is not null || _durable is not null));
            if (!isEmpty)
                return Task.CompletedTask;
            if (_bell.Task.IsCompleted)
                _bell = new(TaskCreationOptions.RunContinuationsAsynchronously);
            return _bell.Task;
        }
    }
}
