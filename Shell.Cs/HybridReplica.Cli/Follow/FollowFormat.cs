using HybridReplica.Core;

namespace HybridReplica.Cli.Follow;

/// <summary>How what comes out of the stream is written. Nothing here allocates once it has warmed up.</summary>
/// <param name="output">Where the bytes go.</param>
abstract class FollowFormat(OutputBuffer output)
{
    /// <summary>Where the bytes go.</summary>
    protected OutputBuffer Output { get; } = output;

    /// <summary>The master's history that the offsets belong to. Null: not known yet.</summary>
    public ReplicationId? History { get; set; }

    /// <summary>The formats by their names.</summary>
    public static FollowFormat? Create(string name, OutputBuffer output) =>
        name switch
        {
            "jsonl" => new JsonLines(output),
            "resp" => new RespCommands(output),
            "text" => new TextLines(output),
            _ => null,
        };

    /// <summary>Writes a command.</summary>
    public abstract void Write(in CommandMark mark, CommandReceived command);

    /// <summary>Writes MULTI.</summary>
    public abstract void WriteMulti(in CommandMark mark);

    /// <summary>Writes EXEC.</summary>
    public abstract void WriteExec(in CommandMark mark);

    /// <summary>Begins a command that comes in parts. Its words follow one after the other.</summary>
    /// <param name="mark">The place; the offset and the time are not final yet.</param>
    /// <param name="words">How many words follow, its name included.</param>
    public abstract void BeginLarge(in CommandMark mark, long words);

    /// <summary>Begins a word of such a command.</summary>
    /// <param name="length">Its length in bytes.</param>
    public abstract void BeginWord(long length);

    /// <summary>Continues the word.</summary>
    public abstract void AddToWord(ReadOnlySpan<byte> bytes);

    /// <summary>Ends the word.</summary>
    public abstract void EndWord();

    /// <summary>Ends the command.</summary>
    public abstract void EndLarge(in CommandMark mark);

    /// <summary>Ends in the middle of a command that will come again, so that a reader can tell.</summary>
    /// <returns>Whether the format has a way to say so.</returns>
    public abstract bool BreakOff();

    /// <summary>Says that what was written behind this place is void.</summary>
    /// <param name="position">The place.</param>
    /// <param name="time">When that became known.</param>
    /// <param name="isInTransaction">Whether that was a part of a transaction.</param>
    public abstract void WriteRewound(Position? position, DateTimeOffset time, bool isInTransaction);

    /// <summary>Says that the master sends everything anew.</summary>
    public abstract void WriteFullResync(Position? position, FullResync resync);

    /// <summary>Says that the data set is now that of a snapshot.</summary>
    public abstract void WriteSnapshot(SnapshotReceived received);

    /// <summary>Says that the stream goes on where it was.</summary>
    public abstract void WriteResumed(Position? position, DateTimeOffset time);

    /// <summary>Whether a reader can be told that a snapshot took the place of all that was written before.</summary>
    public virtual bool TellsFullResyncs => true;

    /// <summary>Forgets what was written, because the end of it was cut off.</summary>
    public virtual void Forget() { }
}
