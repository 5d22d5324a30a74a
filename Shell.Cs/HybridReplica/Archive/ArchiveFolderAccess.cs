using HybridReplica.Core;

namespace HybridReplica;

/// <summary>Looks at the files of an archive, and says what could not be done to which of them.</summary>
/// <param name="folder">The full path of the folder.</param>
sealed class ArchiveFolderAccess(string folder)
{
    /// <summary>The full path of a file.</summary>
    public string PathOf(string file) => Path.Combine(folder, file);

    /// <summary>Does something to a file.</summary>
    /// <exception cref="ArchiveException">It cannot be done.</exception>
    public static T Do<T>(ArchiveAccess access, string file, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception exception) when (FileTroubles.IsOne(exception))
        {
            throw new ArchiveException(ArchiveFault.NewFile(access, FileTroubles.Of(exception), file));
        }
    }

    /// <inheritdoc cref="Do{T}"/>
    public static void Do(ArchiveAccess access, string file, Action action) =>
        Do(
            access,
            file,
            () =>
            {
                action();
                return 0;
            }
        );

    /// <summary>Opens a file to read it, whoever writes to it or removes it. Null: it is not there.</summary>
    /// <exception cref="ArchiveException">It cannot be opened.</exception>
    public ArchiveFileReader? TryOpen(string file) =>
        Do(
            ArchiveAccess.Read,
            file,
            () =>
            {
                try
                {
                    return new ArchiveFileReader(
                        file,
                        File.OpenHandle(PathOf(file), share: FileShare.ReadWrite | FileShare.Delete)
                    );
                }
                catch (FileNotFoundException)
                {
                    return null;
                }
            }
        );

    /// <summary>Opens a file that is listed.</summary>
    /// <exception cref="ArchiveException">It is not there, or cannot be opened.</exception>
    public ArchiveFileReader Open(string file) =>
        TryOpen(file) ?? throw new ArchiveException(ArchiveFault.NewRefused(ArchiveTrouble.NewFileMissing(file)));

    /// <summary>The names of all files in the folder, in their order.</summary>
    /// <exception cref="ArchiveException">It cannot be looked into.</exception>
    public IReadOnlyList<string> Names() =>
        Do(
            ArchiveAccess.List,
            folder,
            () =>
                Directory
                    .EnumerateFileSystemEntries(folder)
                    .Select(path => Path.GetFileName(path))
                    .Order(StringComparer.Ordinal)
                    .ToArray()
        );
}
