using HybridReplica.Core;

namespace HybridReplica.Cli.Inspect;

/// <summary>
/// The field, or the member, that the value or the score is still to come for, as a word. It is in memory up to some
/// MiB, and beyond that in a temporary file.
/// </summary>
sealed class RespName
{
    const int Room = 1 << 20;

    readonly OutputBuffer _word = new();
    readonly HeldBytes _held = new();

    /// <summary>A name.</summary>
    public RespName() => _word.Offer = HoldIfLarge;

    /// <summary>Whether it is too large to be put together with others.</summary>
    public bool IsLarge => !_held.IsEmpty;

    /// <summary>Adds the name, or the next part of it.</summary>
    public void Add(RdbEvent found)
    {
        if (found.IsFirst)
        {
            _word.CutTo(0);
            _held.Clear();
        }

        _word.AddText(found);
        HoldIfLarge();
    }

    /// <summary>Adds it to a buffer, and offers it on the way if it is large.</summary>
    public void CopyTo(OutputBuffer buffer)
    {
        _held.CopyTo(buffer);
        buffer.Add(_word.Written.Span);
    }

    void HoldIfLarge()
    {
        if (_word.Length < Room)
            return;

        _held.Add(_word.Written.Span);
        _word.CutTo(0);
    }
}
