namespace HybridReplica;

/// <summary>
/// Bytes in a file that is used in a circle. There is no coming back to it: it is never synced, and goes with the
/// process.
/// </summary>
/// <remarks>One thread writes and one reads, at the same time if they like.</remarks>
sealed class Spool : IByteQueue, IDisposable
{
    readonly long _size;
    readonly FileStream _file;
    long _written;
    long _read;

    Spool(FileStream file, long size)
    {
        _file = file;
        _size = size;
    }

    /// <summary>Creates the file, which only we can read.</summary>
    /// <param name="folder">The folder to put it in.</param>
    /// <param name="size">The most bytes it may hold.</param>
    /// <exception cref="Exception">One of those that <see cref="FileTroubles"/> knows.</exception>
    public static Spool Create(string folder, long size) => new(NamelessFile.Create(folder, ".spool"), size);

    public long Count => Volatile.Read(ref _written) - Volatile.Read(ref _read);

    /// <summary>How many bytes more it may hold.</summary>
    public long Room => _size - Count;

    /// <summary>Writes all of the bytes, for which there must be room.</summary>
    /// <exception cref="Exception">One of those that <see cref="FileTroubles"/> knows. Nothing was written then.
    /// </exception>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        var start = _written % _size;
        var first = (int)Math.Min(bytes.Length, _size - start);
        RandomAccess.Write(_file.SafeFileHandle, bytes[..first], start);
        if (first < bytes.Length)
            RandomAccess.Write(_file.SafeFileHandle, bytes[first..], 0);
        Volatile.Write(ref _written, _written + bytes.Length);
    }

    public void Read(Span<byte> destination)
    {
        var taken = 0;
        while (taken < destination.Length)
        {
            var start = (_read + taken) % _size;
            var count = (int)Math.Min(destination.Length - taken, _size - start);
            var found = RandomAccess.Read(_file.SafeFileHandle, destination.Slice(taken, count), start);
            if (found == 0)
                throw new EndOfStreamException("Somebody has cut the spool.");
            taken += found;
        }

        Volatile.Write(ref _read, _read + taken);
    }

    /// <summary>Closes and removes the file, once whoever reads or writes in it is done.</summary>
    public void Dispose() => _file.Dispose();
}
