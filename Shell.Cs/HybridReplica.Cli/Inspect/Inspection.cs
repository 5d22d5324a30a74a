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

    /// <summary>Hands what is buffered to the output, if that is worth it and it need not be taken back.</summary>
    public void FlushIfLarge()
    {
        if (buffer.Length >= Room && _fate != Fate.Held)
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
            _fate = Fate.Passes;
        format.Add(found);
    }

    void End(RdbEvent entry)
    {
        if (_fate == Fate.None)
            return;

        if (entry.Number < filter.LeastBytes)
        {
            buffer.CutTo(_start);
            format.Drop();
        }
        else
        {
            format.End(entry);
            Written++;
            MarkWhole();
        }

        _fate = Fate.None;
    }
}
