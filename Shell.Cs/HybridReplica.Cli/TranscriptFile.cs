using HybridReplica.Core;
using Microsoft.FSharp.Collections;

namespace HybridReplica.Cli;

/// <summary>Writes the conversation with a master to a file, while it happens.</summary>
sealed class TranscriptFile : IReplicaObserver, IDisposable
{
    readonly string _path;
    readonly StreamWriter _writer;
    Recorder? _recorder;
    bool _isBroken;

    /// <summary>Creates the file, or empties it.</summary>
    public TranscriptFile(string path)
    {
        _path = path;
        _writer = new StreamWriter(path) { NewLine = "\n" };
    }

    public void Observe(Event happened, State state, IReadOnlyList<Command> commands)
    {
        if (_recorder is null)
        {
            Write(TranscriptPrinting.Header(state.Settings));
            _recorder = Recorder.Begin(state.Settings);
        }

        var (next, lines) = _recorder.Observe(happened, state, ListModule.OfSeq(commands));
        _recorder = next;
        WriteLines(lines);
    }

    public void Dispose()
    {
        if (_recorder is not null)
            WriteLines(_recorder.End());
        Guard(_writer.Dispose);
    }

    void WriteLines(IEnumerable<TranscriptLine> lines)
    {
        foreach (var line in lines)
            Write(TranscriptPrinting.Line(line) + "\n");
    }

    void Write(string text) => Guard(() => _writer.Write(text));

    // A record that cannot be kept is no reason to give up the snapshot.
    void Guard(Action write)
    {
        if (_isBroken)
            return;

        try
        {
            write();
        }
        catch (IOException exception)
        {
            _isBroken = true;
            Console.Error.WriteLine($"hybrid-replica: The transcript {_path} ends early: {exception.Message}");
        }
    }
}
