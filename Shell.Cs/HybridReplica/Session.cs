using HybridReplica.Core;
using Microsoft.Extensions.Logging;

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
    Mailbox mailbox,
    IReadOnlyList<IReplicaObserver> observers
)
{
    // Measured: a receive brings a few tens of KiB, from a master on the same host too. More room brings nothing.
    const int WindowSize = 256 << 10;

    readonly Queue<Event> _reports = new();
    State _state = State.Initial(settings);
    bool _isStopping;

    /// <summary>Puts a session together and runs it. However it ends, it leaves no connection.</summary>
    /// <param name="options">Where the master is.</param>
    /// <param name="settings">What the model is told.</param>
    /// <param name="target">Where a snapshot goes. It is the caller's to dispose of.</param>
    /// <param name="mailbox">What others have to report.</param>
    /// <param name="delivery">Whoever consumes the stream, if it is followed.</param>
    /// <param name="archive">The folder of the archive, if there is one. It is the caller's to dispose of.</param>
    /// <param name="observers">Whoever watches.</param>
    /// <param name="logger">Where the log goes.</param>
    /// <param name="stop">Asks the model to end.</param>
    public static async Task<Outcome> RunAsync(
        ReplicaOptions options,
        Settings settings,
        ISnapshotTarget target,
        Mailbox mailbox,
        Delivery? delivery,
        ArchiveFolder? archive,
        IReadOnlyList<IReplicaObserver> observers,
        ILogger logger,
        CancellationToken stop
    )
    {
        var link = new MasterLink(
            new Connector(MasterAddress.Read(options.Master), options.BindAddress, TlsTrust.Of(options)),
            TimeSpan.FromSeconds(settings.ReplyTimeout)
        );
        await using var _ = link.ConfigureAwait(false);

        var window = new ReceiveWindow(WindowSize);
        archive?.Attach(window);
        using var metronome = new Metronome(options.TimeProvider, stop);
        var interpreter = new CommandInterpreter(link, window, target, mailbox, delivery, archive, logger, stop);
        var session = new Session(settings, link, window, interpreter, metronome, mailbox, observers);
        return await session.RunAsync(stop).ConfigureAwait(false);
    }

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
            // 6. What others report: once, and then on with the stream, or a busy consumer would be all that is heard.
            if (mailbox.TryTake() is { } report)
                await StepAsync(report).ConfigureAwait(false);

            if (stop.IsCancellationRequested && !_isStopping)
            {
                // What was acknowledged before is still to be passed on.
                while (mailbox.TryTake() is { } last)
                    await StepAsync(last).ConfigureAwait(false);
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
        var mail = mailbox.NextAsync(_state.AwaitsAcknowledgement);
        await (
            link.UnderWay is { } underWay ? Task.WhenAny(underWay, second, mail) : Task.WhenAny(second, mail)
        ).ConfigureAwait(false);
        return null;
    }
}
