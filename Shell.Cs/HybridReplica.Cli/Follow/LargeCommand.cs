namespace HybridReplica.Cli.Follow;

/// <summary>
/// A command that comes in parts: its first words are held back until the filter knows, and then it is written as it
/// comes.
/// </summary>
/// <param name="filter">Whether it is written.</param>
/// <param name="format">How.</param>
/// <param name="transaction">The transaction it may be in.</param>
sealed class LargeCommand(CommandFilter filter, FollowFormat format, OpenTransaction transaction)
{
    /// <summary>A key longer than this, in bytes, is not waited for: the command passes.</summary>
    const int LongestKey = 64 * 1024;

    readonly List<byte[]> _words = [];
    readonly OutputBuffer _word = new();
    Fate _fate;

    enum Fate
    {
        None,
        Open,
        Passes,
        Dropped,
    }

    /// <summary>Whether the stream is in the middle of one.</summary>
    public bool IsOpen => _fate != Fate.None;

    /// <summary>Whether the beginning of one has been written, and not its end.</summary>
    public bool IsWritten => _fate == Fate.Passes;

    /// <summary>Takes the next part.</summary>
    /// <param name="part">The part.</param>
    /// <param name="mark">Its place, as far as that is known.</param>
    /// <returns>Whether a command was written to its end with it.</returns>
    public bool Take(CommandPart part, in CommandMark mark)
    {
        if (_fate == Fate.None)
            _fate = Fate.Open;

        if (_fate == Fate.Open)
            Hold(part, mark);
        else if (_fate == Fate.Passes)
            Write(part);

        if (!part.IsLast)
            return false;

        var isWritten = _fate == Fate.Passes;
        if (isWritten)
            format.EndLarge(mark);
        Forget();
        return isWritten;
    }

    /// <summary>Forgets it: what is left of it does not come, or comes anew.</summary>
    public void Forget()
    {
        _fate = Fate.None;
        _words.Clear();
        _word.CutTo(0);
    }

    void Hold(CommandPart part, in CommandMark mark)
    {
        var isHeld = part.WordLength <= LongestKey;
        if (isHeld && !IsOnlyEnd(part))
        {
            _word.Add(part.Bytes.Span);
            if (_word.Length < part.WordLength)
                return;

            _words.Add(_word.Written.ToArray());
            _word.CutTo(0);
        }

        var passes = Decide(mark);
        if (passes is null && isHeld && !part.IsLast)
            return;

        if (passes ?? true)
            Release(part, mark, withPart: !isHeld);
        else
            _fate = Fate.Dropped;
    }

    // Null: the word that decides has not come yet.
    bool? Decide(in CommandMark mark)
    {
        var name = _words.Count == 0 ? [] : _words[0];
        if (filter.PassesByName(mark.Database, name) is { } decided)
            return decided;

        // Of several keys some may come at the very end: better one command too many than one too few.
        var keys = KeyPositions.Of(name);
        if (!keys.IsOneKey)
            return true;
        return _words.Count > keys.First + 1 ? filter.MatchesKey(_words[keys.First + 1]) : null;
    }

    void Release(CommandPart part, in CommandMark mark, bool withPart)
    {
        _fate = Fate.Passes;
        transaction.BeforeCommand(mark);
        format.BeginLarge(mark, part.ArgumentCount + 1);
        foreach (var word in _words)
        {
            format.BeginWord(word.Length);
            format.AddToWord(word);
            format.EndWord();
        }

        _words.Clear();
        if (withPart)
            Write(part);
    }

    // The line end of the last word came by itself: the word is whole already.
    static bool IsOnlyEnd(CommandPart part) => part.Bytes.IsEmpty && part.WordLength > 0;

    void Write(CommandPart part)
    {
        if (IsOnlyEnd(part))
            return;

        if (part.WordOffset == 0)
            format.BeginWord(part.WordLength);
        format.AddToWord(part.Bytes.Span);
        if (part.WordOffset + part.Bytes.Length == part.WordLength)
            format.EndWord();
    }
}
