using System.Text;
using HybridReplica.Core;

namespace HybridReplica.Cli.Follow;

/// <summary>One line for each command, for people: time, database, and the words as MONITOR shows them.</summary>
sealed class TextLines(OutputBuffer output) : FollowFormat(output)
{
    readonly TimeStamp _time = new();

    public override void Write(in CommandMark mark, CommandReceived command)
    {
        Begin(mark);
        WriteWord(command.Name.Span);
        for (var index = 0; index < command.ArgumentCount; index++)
            WriteWord(command.Argument(index).Span);
        EndLine();
    }

    public override void WriteMulti(in CommandMark mark) => WriteBoundary(mark, "MULTI"u8);

    public override void WriteExec(in CommandMark mark) => WriteBoundary(mark, "EXEC"u8);

    public override void BeginLarge(in CommandMark mark, long words) => Begin(mark);

    public override void BeginWord(long length) => Output.Add(" \""u8);

    public override void AddToWord(ReadOnlySpan<byte> bytes) => Output.AddEscaped(bytes);

    public override void EndWord() => Output.Add((byte)'"');

    public override void EndLarge(in CommandMark mark) => EndLine();

    public override bool BreakOff()
    {
        Output.Add(" … broken off"u8);
        EndLine();
        return true;
    }

    public override void WriteRewound(Position? position, DateTimeOffset time, bool isInTransaction) =>
        WriteEvent(time, $"what came behind {Show(position)} is void");

    public override void WriteFullResync(Position? position, FullResync resync) =>
        WriteEvent(resync.ReceivedAt, $"full resync: {resync.Reason}");

    public override void WriteSnapshot(SnapshotReceived received) =>
        WriteEvent(
            received.ReceivedAt,
            $"snapshot of {Summary.Bytes(received.Snapshot.Bytes)} at {Show(received.Position)}"
        );

    public override void WriteResumed(Position? position, DateTimeOffset time) =>
        WriteEvent(time, $"resumed at {Show(position)}");

    static string Show(Position? position) => position?.ToString() ?? "the beginning";

    void WriteBoundary(in CommandMark mark, ReadOnlySpan<byte> name)
    {
        Begin(mark);
        WriteWord(name);
        EndLine();
    }

    void Begin(in CommandMark mark)
    {
        Output.Add(_time.Of(mark.Time));
        Output.Add(" ["u8);
        if (mark.Database is { } database)
            Output.AddNumber(database);
        else
            Output.Add((byte)'?');
        Output.Add((byte)']');
    }

    void WriteEvent(DateTimeOffset time, string sentence)
    {
        Output.Add(_time.Of(time));
        Output.Add(" -- "u8);
        Output.Add(Encoding.UTF8.GetBytes(sentence));
        EndLine();
    }

    void WriteWord(ReadOnlySpan<byte> word)
    {
        BeginWord(word.Length);
        AddToWord(word);
        EndWord();
    }

    void EndLine() => Output.Add((byte)'\n');
}
