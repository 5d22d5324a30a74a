using HybridReplica.Core;

namespace HybridReplica;

/// <summary>A file that is being restored.</summary>
sealed class RestoredFile : IDisposable
{
    const int BufferSize = 256 << 10;

    readonly string _path;
    readonly FileStream _file;

    /// <exception cref="ArchiveException">It cannot be created.</exception>
    public RestoredFile(string path)
    {
        _path = path;
        _file = ArchiveFolderAccess.Do(
            ArchiveAccess.Create,
            path,
            () => new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read, BufferSize)
        );
    }

    /// <summary>How many bytes were written.</summary>
    public long Length { get; private set; }

    /// <exception cref="ArchiveException">They cannot be written.</exception>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        try
        {
            _file.Write(bytes);
            Length += bytes.Length;
        }
        catch (Exception exception) when (FileTroubles.IsOne(exception))
        {
            throw new ArchiveException(ArchiveFault.NewFile(ArchiveAccess.Write, FileTroubles.Of(exception), _path));
        }
    }

    /// <summary>Makes sure that it is on disk.</summary>
    /// <exception cref="ArchiveException">It is not sure to be.</exception>
    public void Sync() =>
        ArchiveFolderAccess.Do(
            ArchiveAccess.Sync,
            _path,
            () =>
            {
                _file.Flush();
                FileSync.Run(_file.SafeFileHandle);
            }
        );

    /// <inheritdoc/>
    public void Dispose()
    {
        try
        {
            _file.Dispose();
        }
        catch (Exception exception) when (FileTroubles.IsOne(exception))
        {
            // It was not synced, so it failed before and is removed.
        }
    }
}
