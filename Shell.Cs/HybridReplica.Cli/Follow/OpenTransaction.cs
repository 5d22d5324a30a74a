namespace HybridReplica.Cli.Follow;

/// <summary>The transaction the stream is in. One of which no command is written leaves no trace.</summary>
/// <param name="format">How it is written.</param>
sealed class OpenTransaction(FollowFormat format)
{
    CommandMark _multi;

    /// <summary>Whether the stream is in one.</summary>
    public bool IsOpen { get; private set; }

    /// <summary>Whether its beginning has been written.</summary>
    public bool IsWritten { get; private set; }

    /// <summary>MULTI.</summary>
    public void Begin(in CommandMark mark)
    {
        IsOpen = true;
        IsWritten = false;
        _multi = mark;
    }

    /// <summary>Writes its beginning, now that a command is about to be written that may be a part of it.</summary>
    public void BeforeCommand(in CommandMark mark)
    {
        if (!IsOpen || IsWritten)
            return;

        _multi = _multi with { Database = mark.Database };
        format.WriteMulti(_multi);
        IsWritten = true;
    }

    /// <summary>EXEC.</summary>
    public void End(in CommandMark mark)
    {
        if (IsWritten)
            format.WriteExec(mark with { Database = _multi.Database });
        Forget();
    }

    /// <summary>Forgets it: its commands come anew, or not at all.</summary>
    public void Forget()
    {
        IsOpen = false;
        IsWritten = false;
    }
}
