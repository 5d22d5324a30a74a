using HybridReplica.Core;
using Microsoft.Win32.SafeHandles;

namespace HybridReplica;

/// <summary>A file of an archive that is read from anywhere, through a window that is moved along.</summary>
/// <remarks>What is behind the length that it had when it was opened is not looked at.</remarks>
sealed class ArchiveFileReader(string file, SafeFileHandle handle) : IDisposable
{
    const int WindowSize = 1 << 20;

    // With less than this in the window, more is read. No line in a segment is longer.
    const int Least = 64 << 10;

    byte[] _window = [];
    long _start;
    int _filled;

    /// <summary>Its name.</summary>
    public string File { get; } = file;

    /// <summary>Its size in bytes when it was opened.</summary>
    public long Length { get; } = RandomAccess.GetLength(handle);

    /// <summary>
    /// The bytes from one place on, up to another: all of them, or a good deal. Fewer are there only if the file was
    /// cut meanwhile. They are borrowed until the next ones are asked for.
    /// </summary>
    /// <exception cref="ArchiveException">The file cannot be read.</exception>
    public ReadOnlySpan<byte> Window(long from, long until)
    {
        until = Math.Min(until, Length);
        if (from < _start || from > _start + _filled)
            (_start, _filled) = (from, 0);
        if (_start + _filled - from < Math.Min(until - from, Least))
            Fill(from);

        var at = (int)(from - _start);
        return _window.AsSpan(at, (int)Math.Min(_filled - at, Math.Max(0, until - from)));
    }

    void Fill(long from)
    {
        if (_window.Length == 0)
            _window = GC.AllocateUninitializedArray<byte>((int)Math.Min(WindowSize, Math.Max(1, Length)));

        var used = (int)(from - _start);
        _window.AsSpan(used, _filled - used).CopyTo(_window);
        (_start, _filled) = (from, _filled - used);
        while (_filled < _window.Length)
        {
            var room = _window.AsSpan(_filled, (int)Math.Min(_window.Length - _filled, Length - _start - _filled));
            var count = room.IsEmpty ? 0 : Read(room, _start + _filled);
            if (count == 0)
                break;
            _filled += count;
        }
    }

    /// <summary>Reads some bytes from somewhere. Zero: there are no more.</summary>
    /// <exception cref="ArchiveException">The file cannot be read.</exception>
    public int Read(Span<byte> target, long from)
    {
        try
        {
            return RandomAccess.Read(handle, target, from);
        }
        catch (Exception exception) when (FileTroubles.IsOne(exception))
        {
            throw new ArchiveException(ArchiveFault.NewFile(ArchiveAccess.Read, FileTroubles.Of(exception), File));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => handle.Dispose();
}
