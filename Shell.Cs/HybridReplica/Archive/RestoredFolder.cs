using HybridReplica.Core;

namespace HybridReplica;

/// <summary>
/// A folder with restored files: filled under another name, and renamed once it is whole and on disk. If it does not
/// come to that, nothing is left of it.
/// </summary>
sealed class RestoredFolder : IDisposable
{
    readonly string _output;
    readonly string _temporary;
    readonly List<string> _created = [];
    bool _isRenamed;
    bool _isComplete;

    /// <summary>Creates it, empty and under another name.</summary>
    /// <param name="output">The full path of the folder that it is to be in.</param>
    /// <exception cref="ArchiveException">It is there already, or cannot be created.</exception>
    public RestoredFolder(string output)
    {
        _output = output;
        if (File.Exists(output))
            throw new ArchiveException(ArchiveFault.NewOutputExists(output));
        Path = System.IO.Path.Combine(output, RestoredFiles.Folder);
        Refuse(Path);
        _temporary = System.IO.Path.Combine(output, $"temp-{RestoredFiles.Folder}.{Environment.ProcessId}");
        Refuse(_temporary);
        try
        {
            ArchiveFolderAccess.Do(ArchiveAccess.Create, output, () => CreateWithParents(output));
            ArchiveFolderAccess.Do(ArchiveAccess.Create, _temporary, () => CreateWithParents(_temporary));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Where it is in the end.</summary>
    public string Path { get; }

    static void Refuse(string path)
    {
        if (System.IO.Path.Exists(path))
            throw new ArchiveException(ArchiveFault.NewOutputExists(path));
    }

    // Remembers what was not there, to remove it again.
    void CreateWithParents(string folder)
    {
        if (Directory.Exists(folder))
            return;
        if (System.IO.Path.GetDirectoryName(folder) is { } parent)
            CreateWithParents(parent);

        Directory.CreateDirectory(folder);
        _created.Add(folder);
    }

    /// <summary>Creates a file in it.</summary>
    /// <exception cref="ArchiveException">It cannot be created.</exception>
    public RestoredFile Create(string name) => new(System.IO.Path.Combine(_temporary, name));

    /// <summary>Gives it its name, for good.</summary>
    /// <exception cref="ArchiveException">It cannot be renamed, or is not sure to be on disk.</exception>
    public void Complete()
    {
        Sync(_temporary);
        Refuse(Path);
        ArchiveFolderAccess.Do(ArchiveAccess.Rename, Path, () => Directory.Move(_temporary, Path));
        _isRenamed = true;
        // The names of the folders that were created are in those above them.
        Sync(_output);
        foreach (var folder in _created.Where(folder => folder != _temporary))
            Sync(System.IO.Path.GetDirectoryName(folder) ?? folder);
        _isComplete = true;
    }

    static void Sync(string folder)
    {
        if (FolderSync.Run(folder) is not 0 and var error)
            throw new ArchiveException(ArchiveFault.NewFile(ArchiveAccess.Sync, FileTroubles.OfUnix(error), folder));
    }

    /// <summary>Removes it, unless it is complete.</summary>
    public void Dispose()
    {
        if (_isComplete)
            return;

        try
        {
            if (_isRenamed)
                Directory.Delete(Path, recursive: true);
            foreach (var folder in Enumerable.Reverse(_created))
                if (Directory.Exists(folder))
                    Directory.Delete(folder, recursive: folder == _temporary);
        }
        catch (Exception exception) when (FileTroubles.IsOne(exception))
        {
            // What led here is what matters, and is being thrown; the names say that these files are temporary.
        }
    }
}
