using HybridReplica.Core;

namespace HybridReplica;

/// <summary>
/// The consumer's end of the way from the loop: turns bytes and notices into events. The events for commands are the
/// same objects each time.
/// </summary>
/// <param name="buffer">Where the bytes and the notices come from.</param>
/// <param name="largeCommand">Commands larger than this, in bytes, are handed out in parts.</param>
/// <param name="metrics">Hears of each command.</param>
sealed class CommandDecoder(StreamBuffer<Told> buffer, long largeCommand, FollowMetrics metrics)
{
    const int UsualSize = 256 << 10;

    // More words than this are a large command, whatever their size.
    const int MostWords = 1 << 24;

    readonly CommandReceived _command = new();
    readonly CommandPart _part = new();
    readonly PingReceived _ping = new();
    readonly TransactionStarted _started = new();
    readonly TransactionEnded _ended = new();

    ArgumentRange[] _ranges = new ArgumentRange[64];
    byte[] _bytes = [];

    // What is left of the bytes begins at the command that is not whole yet, and was looked at as far as the middle.
    int _front;
    int _middle;
    int _back;

    ReplicationId _id = ReplicationId.Unknown;
    StreamScan _scan;
    StreamScan _beforeCommand;
    bool _isInParts;
    bool _isKnown;

    /// <summary>The stream begins at a position, or begins again there: what was left of it is void.</summary>
    public void BeginAt(in Position position)
    {
        _id = position.Id;
        _isKnown = !_id.Equals(ReplicationId.Unknown);
        _scan = _beforeCommand = StreamScan.At(position);
        _front = _middle = _back = 0;
        _isInParts = false;
    }

    /// <summary>The history goes on under another id.</summary>
    public void Rename(ReplicationId id) => _id = id;

    /// <summary>The next event in the stream. Null: a notice comes first, or there is nothing more yet.</summary>
    public ReplicaEvent? TryNext()
    {
        while (true)
        {
            if (_middle < _back && (_isInParts ? NextPart() : NextCommand()) is { } found)
                return found;
            if (IsTooLarge)
                BeginParts();
            else if (!Fill())
                return null;
        }
    }

    // One command, if it is whole; housekeeping is passed over.
    ReplicaEvent? NextCommand()
    {
        while (_middle < _back)
        {
            var next = StreamScanner.ScanCommand(_scan, _bytes.AsSpan(_middle, _back - _middle), _ranges, out _);
            var seen = (int)next.BytesSince(_scan);
            var transaction = _scan.Transaction;
            _scan = next;
            _middle += seen;

            if (!next.IsWhole)
            {
                if (!next.IsInCommand)
                {
                    // Empty lines belong to no command, and there may be no end of them.
                    _front = _middle;
                    _beforeCommand = next;
                }

                if (!next.IsInCommand || next.Words <= _ranges.Length)
                    return null;

                // The number of words is known, and there was no room for them.
                if (next.Words > MostWords)
                    return null;
                Array.Resize(ref _ranges, (int)Math.Max(next.Words, 2L * _ranges.Length));
                continue;
            }

            var start = _middle - (int)(next.Offset.Bytes - next.CommandStart.Bytes);
            _beforeCommand = next;
            _front = _middle;
            metrics.Decoded(next.Kind);
            switch (next.Kind)
            {
                case CommandKind.Data:
                    _command.Borrow(_bytes, start, _ranges, (int)next.Words);
                    _command.Database = next.Database.IsSome ? next.Database.Value : null;
                    _command.Transaction = transaction.IsSome ? transaction.Value.Bytes : null;
                    _command.Offset = next.Offset.Bytes;
                    return At(_command);
                case CommandKind.Multi:
                    _started.Transaction = next.Transaction.Value.Bytes;
                    _started.Offset = next.Offset.Bytes;
                    return At(_started);
                case CommandKind.Exec when transaction.IsSome:
                    _ended.Transaction = transaction.Value.Bytes;
                    _ended.Offset = next.Offset.Bytes;
                    return At(_ended);
                case CommandKind.Ping:
                    _ping.Offset = next.Offset.Bytes;
                    return At(_ping);
            }
        }

        return null;
    }

    // Whether the command that has begun is too large to be handed out whole. What is no data is never large.
    bool IsTooLarge =>
        _scan.IsInCommand
        && _scan.Kind == CommandKind.Data
        && !_isInParts
        && (_scan.Words > MostWords || _middle - _front + _scan.WordLeft > largeCommand);

    // From here on the command is handed out as it comes, from its beginning.
    void BeginParts()
    {
        _isInParts = true;
        _scan = _beforeCommand;
        _middle = _front;
    }

    ReplicaEvent? NextPart()
    {
        while (_middle < _back)
        {
            var before = _scan;
            _scan = StreamScanner.ScanWord(before, _bytes.AsSpan(_middle, _back - _middle), out _);
            var seen = (int)_scan.BytesSince(before);
            var first = _middle;
            _middle += seen;
            _front = _middle;
            if (seen == 0)
                return null;
            if (!before.IsInWord)
                continue;

            var left = _scan.IsInWord ? _scan.WordLeft : 0;
            _part.ArgumentCount = before.Words - 1;
            _part.Word = before.WordsSeen;
            _part.WordLength = before.WordLength;
            _part.WordOffset = before.WordLength - before.WordLeft;
            _part.Bytes = _bytes.AsMemory(first, (int)(before.WordLeft - left));
            _part.IsLast = _scan.IsWhole;
            _part.Database = before.Database.IsSome ? before.Database.Value : null;
            _part.Transaction = before.Transaction.IsSome ? before.Transaction.Value.Bytes : null;
            _part.Offset = _scan.Offset.Bytes;
            if (_scan.IsWhole)
            {
                _isInParts = false;
                _beforeCommand = _scan;
                metrics.Decoded(CommandKind.Data);
            }
            else if (_part.Bytes.IsEmpty && before.WordLength > 0)
            {
                // The line end of a word came by itself.
                continue;
            }

            return At(_part);
        }

        return null;
    }

    /// <summary>
    /// What is right to acknowledge now. Null: the master does not say where in its history the stream began, so nobody
    /// could ever resume there.
    /// </summary>
    public Position? Position => _isKnown ? _scan.SafePosition(_id) : null;

    ReplicaEvent At(ReplicaEvent received)
    {
        received.Position = Position;
        received.ReceivedAt = buffer.ReceivedAt;
        return received;
    }

    // Takes more from the buffer, behind what is left. False: there is nothing more to take for now.
    bool Fill()
    {
        if (buffer.BytesBuffered == 0)
            return false;

        MakeRoom();
        var count = buffer.Read(_bytes.AsSpan(_back));
        _back += count;
        return count > 0;
    }

    void MakeRoom()
    {
        var left = _back - _front;
        // A word whose length is known gets all the room it needs at once, and gives it back when it is done.
        var wanted = Math.Max(UsualSize, left + (_isInParts ? 0 : _scan.WordLeft) + UsualSize / 4);
        if (_bytes.Length < wanted || (_bytes.Length > UsualSize * 4 && wanted <= UsualSize * 2))
        {
            // A command of many large words does not have to move for each of them.
            var bytes = GC.AllocateUninitializedArray<byte>((int)Math.Max(wanted, left + left / 2));
            _bytes.AsSpan(_front, left).CopyTo(bytes);
            _bytes = bytes;
        }
        else if (_front > 0)
        {
            _bytes.AsSpan(_front, left).CopyTo(_bytes);
        }

        _middle -= _front;
        _back = left;
        _front = 0;
    }
}
