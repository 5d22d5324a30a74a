using System.Runtime.InteropServices;
using HybridReplica.Core;

namespace HybridReplica;

/// <summary>What is done with the files of an archive as a whole, by their names.</summary>
/// <remarks>All exceptions are those that <see cref="FileTroubles"/> knows.</remarks>
static class ArchiveFiles
{
    // A segment in which nothing but its database was selected is shorter than that, in bytes.
    const int EmptySegment = 64;

    // What a file system puts at its root.
    const string LostAndFound = "lost+found";

    /// <summary>Creates the folder of an archive if it is not there, and none of those around it.</summary>
    public static void CreateFolder(string folder)
    {
        if (Directory.Exists(folder))
            return;
        if (Path.GetDirectoryName(folder) is { } parent && !Directory.Exists(parent))
            throw new DirectoryNotFoundException();

        Directory.CreateDirectory(folder);
        if (Path.GetDirectoryName(folder) is { } around)
            SyncFolder(around);
    }

    /// <summary>
    /// Whether a folder without a manifest holds something that would be lost or does not belong there: files that are
    /// not ours, or a stream.
    /// </summary>
    public static bool HasOthers(string folder, string name) =>
        new DirectoryInfo(folder).EnumerateFileSystemInfos().Any(entry => !IsLeftOver(entry, name));

    // What is left of a beginning that went no further. A segment with anything in it is not removed: somebody may have
    // lost the manifest.
    static bool IsLeftOver(FileSystemInfo entry, string name) =>
        entry switch
        {
            FileInfo file => file.Name == ArchiveLock.FileName
                || ArchiveNames.IsOurs(name, file.Name)
                    && (ArchiveNames.IsBase(file.Name) || !IsSegment(file.Name) || file.Length <= EmptySegment),
            _ => entry.Name == LostAndFound,
        };

    static bool IsSegment(string file) => file.EndsWith(".incr.aof", StringComparison.Ordinal);

    /// <summary>The first file of the newest generation that is not there. Null: all are.</summary>
    public static string? MissingOf(Core.Archive archive, string folder) =>
        archive
            .Generations.TakeLast(1)
            .SelectMany(newest => newest.Segments.Select(segment => segment.File).Prepend(newest.Base.File))
            .FirstOrDefault(file => !File.Exists(Path.Combine(folder, file)));

    /// <summary>Removes what is named as a file of the archive and is none.</summary>
    public static void RemoveUnlisted(string folder, Core.Archive archive, string name)
    {
        var listed = archive.Files.SelectMany(file => new[] { file, ArchiveNames.Index(file) }).ToHashSet();
        foreach (var path in Directory.EnumerateFiles(folder))
        {
            var file = Path.GetFileName(path);
            if (ArchiveNames.IsOurs(name, file) && !listed.Contains(file))
                File.Delete(path);
        }
    }

    /// <summary>Removes files and their indexes. Those that cannot be removed do not stop it.</summary>
    public static void Remove(string folder, IEnumerable<string> files)
    {
        Exception? first = null;
        foreach (var file in files.SelectMany(file => new[] { file, ArchiveNames.Index(file) }))
        {
            try
            {
                File.Delete(Path.Combine(folder, file));
            }
            catch (Exception exception) when (FileTroubles.IsOne(exception))
            {
                first ??= exception;
            }
        }

        if (first is not null)
            throw first;
    }

    /// <summary>Makes sure that the names in the folder are on disk.</summary>
    public static void SyncFolder(string folder)
    {
        if (FolderSync.Run(folder) is not 0 and var error)
            throw new IOException(Marshal.GetPInvokeErrorMessage(error), error);
    }
}
