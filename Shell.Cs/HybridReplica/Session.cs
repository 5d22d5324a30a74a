using HybridReplica.Core;

namespace HybridReplica;

/// <summary>Runs one replica: does what the model commands, and reports back what came of it.</summary>
/// <remarks>
/// Three rules. Everything received is framed before anything new is waited for. One event is carried through, commands
/// and all, before the next. Bytes leave the window only after the commands about them ran. The numbers in this file
/// are those of the contract of a loop in README. </remarks>
sealed class Session(
    Settings settings,
    MasterLink link,
    ReceiveWindow window,
    CommandInterpreter interpreter,
    Metronome metronome,
    IReadOnlyList<IReplicaObserver> observers
)
{
    readonly Queue<Event> _reports = new();
    State _state = State.Initial(settings);
    bool _isStopping;

    /// <summary>
    /// Runs the replica to its end. Stopping is for the model to do: it is told, and ends in its own way.
    /// </summary>
    public async Task<Outcome> RunAsync(CancellationToken stop)
    {
        // 1. The beginning.
        await StepAsync(Event.Started).ConfigureAwait(false);

        // 7. The end.
        Outcome? outcome;
        while (!_state.TryGetOutcome(out outcome))
        {
            if (stop.IsCancellationRequested && !_isStopping)
            {
                await StepAsync(Event.StopRequested).ConfigureAwait(false);
            }
            else if (Framing.TryNext(_state.Expects, window.Filled, out var seen, out var consumed))
            {
                // 4. What was received comes before anything new.
                await StepAsync(seen).ConfigureAwait(false);
                window.Discard(consumed);
            }
            else if (await NextAsync().ConfigureAwait(false) is { } happened)
            {
                // 5. Something new.
                await StepAsync(happened).ConfigureAwait(false);
            }
        }

        return outcome;
    }

    // 2 and 3. Carries one event, and whatever its commands report, all the way through.
    async ValueTask StepAsync(Event happened)
    {
        _reports.Enqueue(happened);
        while (_reports.TryDequeue(out var report))
        {
            _isStopping |= report.IsStopRequested;
            var (next, commands) = Replica.Transition(_state, report);
            _state = next;
            foreach (var observer in observers)
                observer.Observe(report, next, commands);

            foreach (var command in commands)
            {
                if (await command.Accept(interpreter).ConfigureAwait(false) is { } result)
                    _reports.Enqueue(result);
            }
        }

        // What we were busy for is not held against the master: a slow disk must not look like a silent master.
        metronome.Forgive();
    }

    // Nothing in the window can be used. Takes what is there already, a second that is due or news from the socket,
    // or waits for either. Null: look at the window again.
    async ValueTask<Event?> NextAsync()
    {
        link.Receive(window);
        // What nobody expects yet may be all that is needed later: only without it is a lost connection the end.
        var hasNews = link.HasNews(mayEnd: window.IsEmpty || !_state.Expects.IsNothing);

        // Several seconds at once mean that we were not there to listen: then what came meanwhile goes first.
        if (metronome.Due is > 0 and var seconds && (seconds == 1 || !hasNews))
        {
            metronome.Settle(seconds);
            return Event.NewTicked(seconds);
        }

        if (hasNews)
            return link.TakeNews(window);

        var second = metronome.NextAsync();
        await (link.UnderWay is { } underWay ? Task.WhenAny(underWay, second) : second).ConfigureAwait(
            ConfigureAwaitOptions.SuppressThrowing
        );
        return null;
    }
}
