using System.Globalization;
using HybridReplica.Core;
using Spectre.Console;

namespace HybridReplica.Cli.Follow;

/// <summary>Tells on standard error what happens besides commands, in colours where somebody watches.</summary>
/// <param name="terminal">The terminal. Null: there is none.</param>
sealed class FollowNotices(IAnsiConsole? terminal)
{
    /// <summary>Tells it, if it is worth a line.</summary>
    public void Tell(ReplicaEvent happened)
    {
        switch (happened)
        {
            case FullResync resync:
                Warn($"The master sends everything anew: {resync.Reason}.");
                break;
            case SnapshotReceived { Snapshot: var snapshot } received:
                var kept = snapshot.Path is null ? "" : $": {snapshot.Path}";
                Say($"Snapshot of {Summary.Bytes(snapshot.Bytes)} received, at {Show(received.Position)}{kept}.");
                break;
            case Resumed { IsRewound: false } resumed:
                Say($"Resumed at {Show(resumed.Position)}.");
                break;
            case Resumed resumed:
                Warn($"Resumed at {Show(resumed.Position)}; what was begun behind it comes again.");
                break;
            case Disconnected lost:
                var pause = lost.RetryAfter.TotalSeconds.ToString("0.#", CultureInfo.InvariantCulture);
                Warn($"Disconnected: {lost.Reason}; trying again in {pause} s.");
                break;
            case SpoolFilled { Trouble: { } trouble }:
                Warn($"The spool takes no more: {Wording.FileTrouble(trouble)}.");
                break;
            case SpoolFilled:
                Warn("The spool is full: nothing is received until some of it is written.");
                break;
        }
    }

    void Say(string sentence) => Write("green", sentence);

    void Warn(string sentence) => Write("yellow", sentence);

    void Write(string colour, string sentence)
    {
        if (terminal is null)
            Console.Error.WriteLine($"hybrid-replica: {sentence}");
        else
            terminal.MarkupLine($"[{colour}]{Markup.Escape(sentence)}[/]");
    }

    static string Show(Position? position) => position?.ToString() ?? "a position that it does not tell";
}
