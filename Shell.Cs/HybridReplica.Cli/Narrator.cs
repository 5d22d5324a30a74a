using HybridReplica.Core;
using Microsoft.FSharp.Collections;

namespace HybridReplica.Cli;

/// <summary>Tells the conversation on standard output, with the names Redis has for the states of a replica.</summary>
sealed class Narrator : IReplicaObserver
{
    Recorder? _recorder;
    string _replState = "";

    public void Observe(Event happened, State state, IReadOnlyList<Command> commands)
    {
        var recorder = _recorder ?? Recorder.Begin(state.Settings);
        var (next, lines) = recorder.Observe(happened, state, ListModule.OfSeq(commands));
        _recorder = next;
        foreach (var line in lines)
            Console.WriteLine($"  {TranscriptPrinting.Line(line)}");
        if (state.ReplState == _replState)
            return;
        _replState = state.ReplState;
        Console.WriteLine(_replState);
    }
}
