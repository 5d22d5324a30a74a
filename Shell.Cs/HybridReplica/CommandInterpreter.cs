using HybridReplica.Core;
using Microsoft.Extensions.Logging;

namespace HybridReplica;

/// <summary>
/// Does what the model commands: each method does one thing and names its failure. Null: there is nothing to
/// report.
/// </summary>
/// <remarks>What takes long ends early when it is time to stop, and reports that instead.</remarks>
sealed class CommandInterpreter(
    MasterLink link,
    ReceiveWindow window,
    ISnapshotTarget target,
    Mailbox mailbox,
    Delivery? delivery,
    ArchiveFolder? archive,
    ILogger logger,
    CancellationToken stop
) : ICommandHandler<ValueTask<Event?>>
{
    RdbCheck _check = RdbCheck.empty;
    StreamDatabase _database = StreamDatabase.start;

    public ValueTask<Event?> Dial(int number)
    {
        // A connection brings one snapshot at most.
        _check = RdbCheck.empty;
        _database = StreamDatabase.start;
        link.Dial(number);
        return default;
    }

    public ValueTask<Event?> Send(WireForm form, Request request) =>
        new(link.Send(RequestEncoding.Encode(form, request), stop));

    public async ValueTask<Event?> HangUp()
    {
        await link.HangUpAsync().ConfigureAwait(false);
        window.Clear();
        return null;
    }

    public ValueTask<Event?> CheckTarget() => new(File.Check());

    public ValueTask<Event?> CreateTemporary() => new(File.Create());

    public async ValueTask<Event?> Take(int bytes)
    {
        var front = window.Front(bytes);
        _check = RdbCheck.advance(_check, front.Span);
        return await target.AppendAsync(front, stop).ConfigureAwait(false) ?? FindDatabase(front.Span);
    }

    // In which database the stream will begin: the head of the snapshot says so, once.
    Event? FindDatabase(ReadOnlySpan<byte> bytes)
    {
        if (_database.IsDecided)
            return null;

        _database = StreamDatabase.advance(_database, bytes);
        return _database.Database.IsSome ? Event.NewStreamDatabase(_database.Database.Value) : null;
    }

    public ValueTask<Event?> SyncBehind() => File.SyncBehindAsync(stop);

    public async ValueTask<Event?> CheckSnapshot() =>
        await target.CompleteAsync(_check, stop).ConfigureAwait(false)
        ?? Event.NewSnapshotChecked(RdbCheck.conclude(_check));

    // A disk may take long over that, and the master wants a sign of life meanwhile.
    public ValueTask<Event?> Sync()
    {
        mailbox.PostLater(File.SyncAsync(stop));
        return default;
    }

    public ValueTask<Event?> Rename() => new(File.Rename());

    public ValueTask<Event?> SyncFolder() => new(File.SyncFolder());

    public ValueTask<Event?> DeleteTemporary() => new(File.Delete());

    public ValueTask<Event?> Deliver(int bytes) => new(Consumer.Deliver(window.Front(bytes).Span));

    public ValueTask<Event?> Tell(Notice notice)
    {
        Consumer.Tell(notice);
        return default;
    }

    public ValueTask<Event?> Archive(ArchiveCommand command) => command.Accept(Folder);

    // Nobody follows this replica: whoever keeps data for others will close their connections here.
    public ValueTask<Event?> DisconnectReplicas() => default;

    // Nobody follows this replica: whoever keeps a stream for others will drop it here.
    public ValueTask<Event?> DropBacklog() => default;

    public ValueTask<Event?> Notify(Notification notification)
    {
        if (Supervisor.Tell(notification) is { } trouble)
            logger.SupervisorNotTold(Wording.NetworkTrouble(trouble));
        return default;
    }

    public ValueTask<Event?> Log(LogEvent entry)
    {
        logger.Write(entry);
        return default;
    }

    // The loop sees the outcome in the state.
    public ValueTask<Event?> Finish(Outcome outcome) => default;

    Delivery Consumer => delivery ?? throw new InvalidOperationException("Nobody consumes the stream.");

    ArchiveFolder Folder => archive ?? throw new InvalidOperationException("There is no archive.");

    SnapshotFile File => target as SnapshotFile ?? throw new InvalidOperationException("A pipe is no file.");
}
