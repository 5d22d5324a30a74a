using HybridReplica.Core;

namespace HybridReplica.Cli.Inspect;

/// <summary>Takes what is found in a snapshot, and writes the entries that pass.</summary>
/// <param name="format">How they are written.</param>
/// <param name="buffer">Where the format writes to.</param>
/// <param name="output">Where that goes.</param>
/// <param name="filter">Which entries pass.</param>
/// <param name="limit">How many at most.</param>
sealed class Inspection(EntryFormat format, OutputBuffer buffer, InspectOutput output, EntryFilter filter, long limit)
{
    // Enough for one write, and little enough to be at hand.
    const int Room = 128 << 10;

    // What may have to be taken back is in memory up to here.
    const int HeldRoom = 4 << 20;

    readonly HeldBytes _held = new();
    int _start;
    Fate _fate;

    enum Fate
    {
        /// <summary>No entry has begun that passes.</summary>
        None,

        /// <summary>What is written of the entry may have to be taken back.</summary>
        Held,
        Passes,
    }

    /// <summary>How many entries were written.</summary>
    public long Written { get; private set; }

    /// <summary>Whether as many were written as were asked for.</summary>
    public bool IsEnough => Written == limit;

    // How many bytes there are up to the end of the last entry that was written.
    long _wholeBytes;

    /// <summary>Takes the next thing found.</summary>
    public void Visit(RdbEvent found)
    {
        switch (found.Kind)
        {
            case RdbTokenKind.EntryStarted:
                Begin(found);
                break;
            case RdbTokenKind.EntryEnded:
                End(found);
                break;
            default:
                if (_fate != Fate.None)
                    Add(found);
                else if (found.ValueType is null)
                    AddBeside(found);
                break;
        }

        FlushIfLarge();
    }

    /// <summary>Hands on what is buffered, if that is worth it.</summary>
    /// <exception cref="FailureException">It has to be held, and cannot.</exception>
    public void FlushIfLarge()
    {
        if (_fate == Fate.Held && buffer.Length >= HeldRoom)
            Hold();
        else if (_fate != Fate.Held && buffer.Length >= Room)
            Flush();
    }

    /// <summary>Hands what is buffered to the output.</summary>
    public void Flush()
    {
        output.Write(buffer.Written);
        buffer.CutTo(0);
    }

    /// <summary>Takes back what was written of an entry that did not come to its end.</summary>
    public void DropUnfinished()
    {
        _held.Clear();
        buffer.CutTo((int)Math.Max(0, _wholeBytes - output.Length));
        output.CutTo(_wholeBytes);
    }

    void AddBeside(RdbEvent found)
    {
        format.AddBeside(found);
        if (found.IsLast)
            MarkWhole();
    }

    void MarkWhole() => _wholeBytes = output.Length + buffer.Length;

    void Begin(RdbEvent entry)
    {
        if (IsEnough || !filter.Passes(entry))
        {
            entry.Look = RdbLook.Skip;
            return;
        }

        _fate = Fate.Held;
        _start = buffer.Length;
        entry.Look = format.Begin(entry);
    }

    void Add(RdbEvent found)
    {
        if (_fate == Fate.Held && found.Offset - found.EntryOffset >= filter.LeastBytes)
            Pass();
        format.Add(found);
    }

    // Only the entry may have to be taken back, not what is in front of it.
    void Hold()
    {
        output.Write(buffer.Written[.._start]);
        _held.Add(buffer.Written.Span[_start..]);
        buffer.CutTo(0);
        _start = 0;
    }

    // What is held stands in front of what is buffered, and goes the way of everything else.
    void Pass()
    {
        if (!_held.IsEmpty)
            Hold();
        _fate = Fate.Passes;
        _held.CopyTo(buffer);
        _held.Clear();
    }

    void End(RdbEvent entry)
    {
        if (_fate == Fate.None)
            return;

        if (entry.Number < filter.LeastBytes)
        {
            _held.Clear();
            buffer.CutTo(_start);
            format.Drop();
        }
        else
        {
            if (_fate == Fate.Held)
                Pass();
            format.End(entry);
            Written++;
            MarkWhole();
        }

        _fate = Fate.None;
    }
}
