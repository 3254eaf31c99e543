import Commands
import Foundation

let words = Array(CommandLine.arguments.dropFirst())
exit(await OrbanCommandLine.run(words, surroundings: .ofProcess()))
