using HybridReplica.Core;

namespace HybridReplica.Cli.Inspect;

/// <summary>
/// Bytes that cannot be written yet, and are too many to be in memory: they are in a temporary file without a name (on
/// Windows, one that goes when it is closed), so that nothing is left of it however the program ends.
/// </summary>
sealed class HeldBytes
{
    const int Piece = 64 << 10;

    FileStream? _file;

    /// <summary>Whether there are none.</summary>
    public bool IsEmpty => _file is null;

    /// <summary>Adds bytes at the end.</summary>
    /// <exception cref="FailureException">There is no room for them.</exception>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        try
        {
            _file ??= NamelessFile.Create(Path.GetTempPath(), ".held");
            _file.Write(bytes);
        }
        catch (Exception exception) when (FileTroubles.IsOne(exception))
        {
            throw Failed(exception);
        }
    }

    /// <summary>Adds all of them to a buffer, and offers them on the way.</summary>
    /// <exception cref="FailureException">They cannot be read.</exception>
    public void CopyTo(OutputBuffer buffer)
    {
        if (_file is null)
            return;

        _file.Position = 0;
        while (Read(_file, buffer.GetSpan(Piece)[..Piece]) is var count and > 0)
        {
            buffer.Advance(count);
            buffer.Offer?.Invoke();
        }
    }

    /// <summary>Forgets them.</summary>
    public void Clear()
    {
        _file?.Dispose();
        _file = null;
    }

    static int Read(FileStream file, Span<byte> room)
    {
        try
        {
            return file.Read(room);
        }
        catch (Exception exception) when (FileTroubles.IsOne(exception))
        {
            throw Failed(exception);
        }
    }

    static FailureException Failed(Exception exception) =>
        new(
            new(
                ExitCode.Disk,
                "Disk",
                "What cannot be written yet cannot be held in a temporary file in "
                    + $"{Path.GetTempPath()}: {Wording.FileTrouble(FileTroubles.Of(exception))}",
                "make room there, or name another folder in TMPDIR"
            )
        );
}
