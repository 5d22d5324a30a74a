using HybridReplica.Core;

namespace HybridReplica.Cli.Follow;

/// <summary>The commands as a master would send them, for <c>redis-cli --pipe</c> and for servers.</summary>
sealed class RespCommands(OutputBuffer output) : FollowFormat(output)
{
    int? _selected;

    /// <summary>
    /// Whoever replays the commands would not hear of it: FLUSHALL would throw away what a reader may still need, and
    /// anything else would leave keys behind that the master does not have any more.
    /// </summary>
    public override bool TellsFullResyncs => false;

    public override void Write(in CommandMark mark, CommandReceived command)
    {
        Select(mark.Database);
        Output.AddHead(command.ArgumentCount + 1L);
        Output.AddWord(command.Name.Span);
        for (var index = 0; index < command.ArgumentCount; index++)
            Output.AddWord(command.Argument(index).Span);
    }

    public override void WriteMulti(in CommandMark mark)
    {
        // Inside of the transaction it would be lost with it.
        Select(mark.Database);
        Output.Add("*1\r\n$5\r\nMULTI\r\n"u8);
    }

    public override void WriteExec(in CommandMark mark) => Output.Add("*1\r\n$4\r\nEXEC\r\n"u8);

    public override void BeginLarge(in CommandMark mark, long words)
    {
        Select(mark.Database);
        Output.AddHead(words);
    }

    public override void BeginWord(long length) => Output.AddWordHead(length);

    public override void AddToWord(ReadOnlySpan<byte> bytes) => Output.Add(bytes);

    public override void EndWord() => Output.Add("\r\n"u8);

    public override void EndLarge(in CommandMark mark) { }

    public override bool BreakOff() => false;

    public override void WriteRewound(Position? position, DateTimeOffset time, bool isInTransaction)
    {
        if (isInTransaction)
            Output.Add("*1\r\n$7\r\nDISCARD\r\n"u8);
        Forget();
    }

    public override void WriteFullResync(Position? position, FullResync resync) { }

    public override void WriteSnapshot(SnapshotReceived received) { }

    public override void WriteResumed(Position? position, DateTimeOffset time) { }

    public override void Forget() => _selected = null;

    // A database that nobody knows is that of a new connection (replicationCreateMasterClient, 7.0.15).
    void Select(int? database)
    {
        var wanted = database ?? 0;
        if (wanted == _selected)
            return;

        _selected = wanted;
        Output.AddSelect(wanted);
    }
}
