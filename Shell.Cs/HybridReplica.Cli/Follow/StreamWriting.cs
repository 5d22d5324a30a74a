using HybridReplica.Core;

namespace HybridReplica.Cli.Follow;

/// <summary>Writes the events of the stream, one after the other, and knows where it may be interrupted.</summary>
sealed class StreamWriting
{
    readonly FollowFormat _format;
    readonly OutputJournal _journal;
    readonly CommandFilter _filter;
    readonly FollowTally _tally;
    readonly OpenTransaction _transaction;
    readonly LargeCommand _large;
    (Position? Position, DateTimeOffset Time)? _resumed;
    bool _hasBegun;

    public StreamWriting(FollowFormat format, OutputJournal journal, CommandFilter filter, FollowTally tally)
    {
        _format = format;
        _journal = journal;
        _filter = filter;
        _tally = tally;
        _transaction = new(format);
        _large = new(filter, format, _transaction);
    }

    /// <summary>Whether following could go on from here.</summary>
    public bool IsSafe => !_transaction.IsOpen && !_large.IsOpen;

    /// <summary>Begins at a position. Null: with a snapshot.</summary>
    public void Begin(Position? position)
    {
        _hasBegun = position is not null;
        _format.History = position?.Id;
        _journal.Begin(position);
    }

    /// <summary>Writes what happened, if it is to be written.</summary>
    /// <exception cref="FollowException">It cannot be written.</exception>
    public void Take(ReplicaEvent happened)
    {
        switch (happened)
        {
            case CommandReceived command:
                Write(command);
                break;
            case CommandPart part:
                Write(part);
                break;
            case TransactionStarted started:
                _tally.Reach(started.Offset);
                _transaction.Begin(new(started.Offset, null, started.Transaction, started.ReceivedAt));
                break;
            case TransactionEnded ended:
                _tally.Reach(ended.Offset);
                _transaction.End(new(ended.Offset, null, ended.Transaction, ended.ReceivedAt));
                break;
            case PingReceived ping:
                _tally.Reach(ping.Offset);
                break;
            case FullResync resync:
                Write(resync);
                break;
            case SnapshotStarted:
                _tally.State = "receiving the snapshot";
                break;
            case SnapshotReceived received:
                Write(received);
                break;
            case Resumed resumed:
                Write(resumed);
                break;
            case Disconnected:
                _tally.State = "disconnected";
                break;
        }

        if (!IsSafe)
            return;

        if (happened.Position is { } position)
            _format.History = position.Id;
        WriteResumedLater();
        _journal.MarkSafe(happened.Position);
    }

    /// <summary>What was written of an open transaction or command is void.</summary>
    /// <returns>Whether it was taken back, or a reader was told.</returns>
    public bool TakeBack(DateTimeOffset now)
    {
        var isWritten = _transaction.IsWritten || _large.IsWritten;
        var isTold = true;
        if (isWritten && _journal.TryCut())
            _format.Forget();
        else if (isWritten)
            isTold = TellRewound(now);

        _transaction.Forget();
        _large.Forget();
        return isTold;
    }

    bool TellRewound(DateTimeOffset now)
    {
        if (_large.IsWritten && !_format.BreakOff())
            return false;

        _format.WriteRewound(_journal.Position, now, _transaction.IsWritten);
        return true;
    }

    void Write(CommandReceived command)
    {
        _tally.Reach(command.Offset);
        if (!_filter.IsOpen && !_filter.Passes(command))
            return;

        var mark = new CommandMark(command.Offset, command.Database, command.Transaction, command.ReceivedAt);
        _transaction.BeforeCommand(mark);
        _format.Write(mark, command);
        _tally.CountCommand();
    }

    void Write(CommandPart part)
    {
        _tally.Reach(part.Offset);
        if (_large.Take(part, new(part.Offset, part.Database, part.Transaction, part.ReceivedAt)))
            _tally.CountCommand();
    }

    void Write(FullResync resync)
    {
        _tally.State = "waiting for the snapshot";
        _tally.FullResyncs++;
        if (_hasBegun && !_format.TellsFullResyncs)
            throw FollowException.Gap(resync);

        TakeBackOrEnd(resync.ReceivedAt);
        // It went on nowhere.
        _resumed = null;
        _format.WriteFullResync(_journal.Position, resync);
    }

    void Write(SnapshotReceived received)
    {
        _hasBegun = true;
        _tally.State = "following";
        if (received.Position is { } position)
            _tally.Reach(position.Offset.Bytes);
        _format.WriteSnapshot(received);
    }

    void Write(Resumed resumed)
    {
        _hasBegun = true;
        _tally.State = "following";
        _tally.PartialResyncs++;
        if (resumed.Position is { } position)
            _tally.Reach(position.Offset.Bytes);
        if (resumed.IsRewound)
            TakeBackOrEnd(resumed.ReceivedAt);
        _resumed = (resumed.Position, resumed.ReceivedAt);
    }

    // A command or a transaction that simply goes on is not interrupted for it.
    void WriteResumedLater()
    {
        if (_resumed is var (position, time))
            _format.WriteResumed(position, time);
        _resumed = null;
    }

    void TakeBackOrEnd(DateTimeOffset now)
    {
        if (!TakeBack(now))
            throw FollowException.BrokenOff();
    }
}
