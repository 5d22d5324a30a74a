namespace HybridReplica;

/// <summary>
/// When bytes were received, as precisely as few marks can say: to the millisecond, until there are too many of them;
/// then every second one is dropped, and those to come are as far apart as the ones that are left.
/// </summary>
/// <param name="most">The most marks.</param>
sealed class ReceiptTimes(int most)
{
    const long Finest = TimeSpan.TicksPerMillisecond;

    // The bytes up to End, not included, came at the time, or so little before it that it does not matter.
    readonly record struct Mark(long End, long Ticks);

    readonly Queue<Mark> _marks = new();
    Mark _newest;
    long _newestSince;
    long _distance = Finest;

    /// <summary>Bytes came.</summary>
    /// <param name="end">The number of the byte behind them.</param>
    /// <param name="at">When.</param>
    public void Add(long end, DateTimeOffset at)
    {
        var ticks = at.UtcTicks;
        // A clock that was set back starts a mark too.
        if (ticks < _newestSince || ticks - _newestSince >= _distance)
        {
            Keep(_newest);
            _newestSince = ticks;
        }

        _newest = new(end, ticks);
    }

    /// <summary>When the byte before this number came. Earlier bytes are not asked about any more.</summary>
    public DateTimeOffset Before(long end)
    {
        while (_marks.TryPeek(out var oldest) && oldest.End < end)
            _marks.Dequeue();
        if (_marks.Count == 0)
            _distance = Finest;
        return new(_marks.TryPeek(out var found) ? found.Ticks : _newest.Ticks, TimeSpan.Zero);
    }

    void Keep(Mark mark)
    {
        if (_marks.Count == most)
            Thin();
        _marks.Enqueue(mark);
    }

    void Thin()
    {
        var count = _marks.Count;
        for (var index = 0; index < count; index++)
        {
            var mark = _marks.Dequeue();
            if (index % 2 == 1)
                _marks.Enqueue(mark);
        }

        _distance *= 2;
    }
}
